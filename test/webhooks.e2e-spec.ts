import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import type { WebhookDefinition } from '@octokit/webhooks-examples';
import { TestHub } from './support/api/hub.js';
import { delivery, proofOf, type Scheme, schemes, secretOf, secrets, send, type Sent, slackSignature, workflows } from './support/webhooks/senders.js'; // prettier-ignore

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as WebhookDefinition[];
const guide = readFileSync(join(import.meta.dirname, '../docs/guides/webhooks.md'), 'utf8');
const without = (sent: Sent, name: string): Sent => {
  const { [name]: _gone, ...headers } = sent.headers;
  return { ...sent, headers };
};
const now = () => Math.floor(Date.now() / 1_000);

describe('webhooks of a hub', () => {
  let hub: TestHub;
  const deliver = (sent: Sent) => send(hub.url, sent);
  const runCount = async (workflow: string) =>
    Number(
      (await hub.database.pool.query('SELECT count(*) FROM run WHERE workflow_id = $1', [workflow])).rows[0].count,
    );

  beforeAll(async () => {
    const more = {
      'shared.yaml': `id: shared
on:
  webhook:
    - { path: github, verify: { scheme: github, secret: OTHER_HOOK }, if: "event.type == 'push'" }
    - { path: github, verify: { scheme: github, secret: GITHUB_HOOK }, if: "event.type == 'release'", input: { tag: "\${{ event.data.release.tag_name }}" } }
input: { type: object, properties: { tag: { type: string } } }
steps: { one: { uses: transform.value, with: { value: 1 } } }
`,
      'strict.yaml': `id: strict
on:
  webhook:
    - { path: strict, verify: { scheme: bearer, secret: BEARER_HOOK } }
    - { path: both, verify: { scheme: bearer, secret: BEARER_HOOK } }
input: { type: object, required: [n], properties: { n: { type: integer } } }
steps: { one: { uses: transform.value, with: { value: "\${{ event }}" } } }
output: \${{ steps.one.output }}
`,
      'lenient.yaml': `id: lenient
on: { webhook: [{ path: both, verify: { scheme: bearer, secret: BEARER_HOOK } }] }
steps: { one: { uses: transform.value, with: { value: 1 } } }
`,
      'single.yaml': `id: single
on:
  webhook:
    - { path: single, verify: { scheme: bearer, secret: BEARER_HOOK, deliveryHeader: X-Delivery } }
    - { path: crowd, verify: { scheme: bearer, secret: BEARER_HOOK, deliveryHeader: X-Delivery } }
concurrency: { limit: 1, whenFull: skip }
steps: { go: { waitFor: { event: single.done, timeout: 1h } } }
`,
      'second.yaml': `id: second
on: { webhook: [{ path: crowd, verify: { scheme: bearer, secret: BEARER_HOOK, deliveryHeader: X-Delivery } }] }
input: { type: object, properties: { n: { type: integer } } }
concurrency: { limit: 1, whenFull: skip, key: "\${{ input.n }}" }
steps: { go: { waitFor: { event: second.done, timeout: 1h } } }
`,
      'unset.yaml': `id: unset
on: { webhook: [{ path: unset, verify: { scheme: bearer, secret: UNSET_HOOK } }] }
steps: { one: { uses: transform.value, with: { value: 1 } } }
`,
    };
    const values = { ...secrets, OTHER_HOOK: 'other', UNSET_HOOK: '' };
    hub = await TestHub.start({ ...workflows, ...more }, {}, {}, values);
  });
  afterAll(() => hub.close());

  test('every kind of delivery to every scheme gets the answer of the guide', async () => {
    const word = async (sent: Sent, before?: string) => {
      const { status, body } = await deliver(sent);
      const [run] = body?.runs ?? [];
      if (run === undefined) return `${status} \`${body?.code}\``;
      if (run.duplicate !== (run.id === before)) return `${status} ${JSON.stringify(body)}`;
      return `${status} ${run.duplicate ? 'the same run' : 'a run'}`;
    };
    const rows: Record<string, (scheme: Scheme) => Promise<string>> = {
      'as it should be': (scheme) => word(delivery(scheme, { secret: secretOf[scheme] })),
      'the same again': async (scheme) => {
        const sent = delivery(scheme, { secret: secretOf[scheme] });
        return word(sent, (await deliver(sent)).body.runs[0].id);
      },
      'body changed on the way': (scheme) => {
        const sent = delivery(scheme, { secret: secretOf[scheme], data: { amount: 1 } });
        return word({ ...sent, body: sent.body.replace('1', '9') });
      },
      'signed 6 minutes ago': (scheme) => word(delivery(scheme, { secret: secretOf[scheme], time: now() - 360 })),
      'signed for in 6 minutes': (scheme) => word(delivery(scheme, { secret: secretOf[scheme], time: now() + 360 })),
      'another secret': (scheme) => word(delivery(scheme, { secret: 'a guess' })),
      'no signature': (scheme) => word(without(delivery(scheme, { secret: secretOf[scheme] }), proofOf[scheme])),
      'no name of the delivery': (scheme) => word(delivery(scheme, { secret: secretOf[scheme], id: undefined })),
      'a path nobody listens to': (scheme) =>
        word({ ...delivery(scheme, { secret: secretOf[scheme] }), path: 'nobody' }),
    };
    const found: string[][] = [];
    for (const [name, row] of Object.entries(rows)) {
      const cells: string[] = [];
      for (const scheme of schemes) cells.push(await row(scheme));
      found.push([name, ...cells]);
    }
    const told = guide
      .split('\n')
      .filter((line) => Object.keys(rows).some((name) => line.startsWith(`| ${name} `)))
      .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim())); // prettier-ignore
    expect(told).toEqual(found);
  });

  test('a wrong signature and a path nobody listens to are one and the same answer', async () => {
    const wrong = await deliver(delivery('github', { secret: 'a guess' }));
    const nowhere = await deliver({ ...delivery('github', { secret: 'a guess' }), path: 'nobody' });
    const unset = await deliver({ ...delivery('bearer', { secret: '' }), path: 'unset' });
    const plain = ({ status, body }: Awaited<ReturnType<typeof deliver>>) => ({ status, ...body, instance: '' });
    expect(plain(wrong)).toEqual(plain(nowhere));
    expect(plain(unset)).toEqual(plain(nowhere));
    expect(nowhere).toMatchObject({ status: 401, body: { code: 'CC_WEBHOOK_REFUSED' } });
  });

  test('all sample deliveries of GitHub that its users collected start a run each', async () => {
    const before = [await runCount('github'), await runCount('shared')];
    const samples = examples.flatMap(({ name, examples: each }) => each.map((data) => ({ type: name, data })));
    for (const { type, data } of samples) {
      const { status, body } = await deliver(delivery('github', { secret: secretOf.github, type, data }));
      expect([type, status, body.refused]).toEqual([type, 202, []]);
      const expected = type === 'ping' ? [] : type === 'release' ? ['github', 'shared'] : ['github'];
      expect([type, body.runs.map((run: { workflow: string }) => run.workflow)]).toEqual([type, expected]);
    }
    expect(samples.length).toBeGreaterThan(300);
    const of = (type: string) => samples.filter((sample) => sample.type === type).length;
    expect([await runCount('github'), await runCount('shared')]).toEqual([
      before[0]! + samples.length - of('ping'),
      before[1]! + of('release'),
    ]);
  }, 120_000);

  test('who signs with the secret of one workflow starts that one only', async () => {
    const { body } = await deliver(delivery('github', { secret: 'other' }));
    expect(body.runs).toMatchObject([{ workflow: 'shared', duplicate: false }]);
  });

  test('the run sees what was sent, and no secret of it', async () => {
    const sent = delivery('bearer', { secret: secrets.BEARER_HOOK, data: { n: 1 } });
    const headers = { ...sent.headers, cookie: 'a=b', 'x-own': 'x', 'user-agent': 'tests' };
    const { body } = await deliver({ ...sent, path: 'strict', headers });
    const run = await hub.ended(body.runs[0].id);
    expect(run.trigger).toMatchObject({ kind: 'webhook', by: 'strict' });
    expect(run.output).toEqual({
      path: 'strict',
      receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      headers: { 'content-type': 'application/json', 'user-agent': 'tests' },
      data: { n: 1 },
    });
    const { rows } = await hub.database.pool.query("SELECT data FROM run_event WHERE type = 'RunCreated'");
    expect(JSON.stringify(rows)).not.toMatch(/-for-tests|whsec|a=b/);
  });

  test('a delivery that no workflow can take is told why, by path', async () => {
    const sent = { ...delivery('bearer', { secret: secrets.BEARER_HOOK, data: { n: 'one' } }), path: 'strict' };
    expect(await deliver(sent)).toMatchObject({
      status: 400,
      body: { code: 'CC_INPUT_INVALID', problems: [{ path: 'input.n' }] },
    });
    expect(await deliver({ ...sent, body: '{' })).toMatchObject({ status: 400, body: { code: 'CC_REQUEST_INVALID' } });
    const picture = { ...sent, headers: { ...sent.headers, 'content-type': 'image/png' } };
    expect(await deliver(picture)).toMatchObject({ status: 415, body: { code: 'CC_MEDIA_TYPE_UNSUPPORTED' } });
    expect(await deliver({ ...sent, body: JSON.stringify({ n: 'x'.repeat(2_000_000) }) })).toMatchObject({
      status: 413,
      body: { code: 'CC_REQUEST_TOO_LARGE' },
    });
  });

  test('where some workflows can take it, they run, and the answer names the others', async () => {
    const sent = { ...delivery('bearer', { secret: secrets.BEARER_HOOK, data: {} }), path: 'both' };
    const { status, body } = await deliver(sent);
    expect([status, body.runs.length, body.refused]).toEqual([
      202,
      1,
      [{ workflow: 'strict', code: 'CC_INPUT_INVALID' }],
    ]);
  });

  test('a delivery whose workflows are all full is 409 and starts nothing; some are full: the others run', async () => {
    const to = (path: string, data: object = {}) => ({
      ...delivery('bearer', { secret: secrets.BEARER_HOOK, data }),
      path,
    });
    const first = to('single');
    const started = await deliver(first);
    expect(started).toMatchObject({ status: 202, body: { runs: [{ workflow: 'single', duplicate: false }] } });
    const skipped = to('single');
    expect(await deliver(skipped)).toMatchObject({ status: 409, body: { code: 'CC_CONCURRENCY_FULL' } });
    // What holds the place is itself no reason to refuse it.
    const { id } = started.body.runs[0];
    expect(await deliver(first)).toMatchObject({ status: 202, body: { runs: [{ id, duplicate: true }] } });

    const full = { workflow: 'single', code: 'CC_CONCURRENCY_FULL' };
    expect(await deliver(to('crowd', { n: 1 }))).toMatchObject({
      status: 202,
      body: { runs: [{ workflow: 'second' }], refused: [full] },
    });
    expect(await deliver(to('crowd', { n: 1 }))).toMatchObject({ status: 409, body: { code: 'CC_CONCURRENCY_FULL' } });
    // Full and wrong: what is wrong will be so when there is room.
    expect(await deliver(to('crowd', { n: 'one' }))).toMatchObject({
      status: 400,
      body: { code: 'CC_INPUT_INVALID', problems: [{ path: 'input.n' }] },
    });
    expect([await runCount('single'), await runCount('second')]).toEqual([1, 1]);

    await hub.post(`/api/v1/runs/${id}/cancel`, {});
    await hub.ended(id);
    // Nothing remembers that it was skipped.
    expect(await deliver(skipped)).toMatchObject({ status: 202, body: { runs: [{ duplicate: false }] } });
  });

  test('GitHub may send a form, and a request may bring its trace', async () => {
    const { body, headers } = delivery('github', { secret: secretOf.github, data: { ref: 'refs/heads/é' } });
    const payload = new URLSearchParams({ payload: body }).toString();
    const signature = createHmac('sha256', secretOf.github).update(payload).digest('hex');
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'x-hub-signature-256': `sha256=${signature}` };
    const { status, body: answer } = await deliver({
      path: 'github',
      body: payload,
      headers: { ...headers, ...form, traceparent },
    });
    expect(status).toBe(202);
    const { rows } = await hub.database.pool.query(
      `SELECT traceparent, e.data::json -> 'input' ->> 'ref' AS ref FROM run JOIN run_event e ON run_id = id
       WHERE id = $1 AND e.type = 'RunCreated'`,
      [answer.runs[0].id],
    );
    expect(rows).toEqual([{ traceparent, ref: 'refs/heads/é' }]);
  });

  test('a workflow that is disabled listens no more, and again when it is enabled', async () => {
    const statuses: number[] = [];
    for (const call of ['disable', 'enable']) {
      expect((await hub.post(`/api/v1/workflows/stripe/${call}`, undefined)).status).toBe(200);
      statuses.push((await deliver(delivery('stripe', { secret: secretOf.stripe }))).status);
    }
    expect(statuses).toEqual([401, 202]);
  });

  test('a hub that has too much to do says when to send again', async () => {
    const busy = await TestHub.start(workflows, { maxPendingStarts: 0 }, {}, secrets);
    const { path, headers, body } = delivery('github', { secret: secretOf.github });
    const answer = await busy.call(`/hooks/${path}`, { method: 'POST', token: null, text: body, headers });
    expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'CC_OVERLOADED', '1']);
    await busy.close();
  });

  describe('slack', () => {
    const signed = (body: string, type: string): Sent => ({
      path: 'slack',
      body,
      headers: { 'content-type': type, ...slackSignature(secrets.SLACK_HOOK, body) },
    });
    const form = 'application/x-www-form-urlencoded';
    const eventOf = async (type: string) => {
      const { rows } = await hub.database.pool.query<{ data: string }>(
        `SELECT data FROM run_event WHERE type = 'RunCreated' AND data::json -> 'trigger' -> 'event' ->> 'type' = $1`,
        [type],
      );
      expect(rows).toHaveLength(1);
      return JSON.parse(rows[0]!.data).trigger.event;
    };

    test('its challenge is answered, when it is signed', async () => {
      const challenge = '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P';
      const sent = signed(JSON.stringify({ token: 'x', challenge, type: 'url_verification' }), 'application/json');
      expect(await deliver(sent)).toEqual({ status: 200, body: { challenge } });
      expect((await deliver(without(sent, 'x-slack-signature'))).status).toBe(401);
    });

    test('a slash command and a button: 200 with nothing that Slack would show', async () => {
      const command = signed('token=old&command=%2Fdeploy&text=shop+now&user_id=U1', form);
      expect(await deliver(command)).toEqual({ status: 200, body: undefined });
      expect(await deliver(command)).toEqual({ status: 200, body: undefined });
      const signature = command.headers['x-slack-signature']!;
      for (const same of [signature.toUpperCase(), `v0=${signature.slice(3).toUpperCase()}`]) {
        const again = { ...command, headers: { ...command.headers, 'x-slack-signature': same } };
        expect(await deliver(again)).toEqual({ status: 200, body: undefined });
      }
      expect((await eventOf('/deploy')).data).toEqual({ command: '/deploy', text: 'shop now', user_id: 'U1' });
      const button = JSON.stringify({ type: 'block_actions', token: 'old', actions: [{ value: 'yes' }] });
      expect((await deliver(signed(new URLSearchParams({ payload: button }).toString(), form))).status).toBe(200);
      expect((await eventOf('block_actions')).data).toEqual({ type: 'block_actions', actions: [{ value: 'yes' }] });
    });
  });

  test('who forges is slowed down, who does not is not', async () => {
    const strict = await TestHub.start(workflows, { rateLimitPerMinute: 5 }, {}, secrets);
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push((await send(strict.url, delivery('github', { secret: 'no' }))).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const genuine: number[] = [];
    for (let n = 0; n < 6; n++)
      genuine.push((await send(strict.url, delivery('github', { secret: secretOf.github }))).status);
    expect(genuine).toEqual([202, 202, 202, 202, 202, 429]);
    expect((await send(strict.url, delivery('stripe', { secret: secretOf.stripe }))).status).toBe(202);
    await strict.close();
  });
});
