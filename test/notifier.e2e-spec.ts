import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { testDatabaseUrl } from './support/database.js';
import { notification, Receiver } from './support/notifier-site.js';
import { HubProcess } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

/** Text of all blocks. */
const shown = (body: unknown) => JSON.stringify(body);

const tell = {
  id: 'tell',
  steps: {
    say: { uses: 'notifier.send', with: { channel: 'hook', text: 'Backup of <db> is done', fields: { size: 7 } } },
  },
  output: '${{ steps.say.output }}',
};

describe('the notifier', () => {
  const root = mkdtempSync(join(tmpdir(), 'commandcenter-notifier-'));
  const mails: string[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const mail = Buffer.concat(chunks).toString();
        const refused = /^Subject:.*Filtered/im.test(mail) && mail.includes('text/html');
        if (!refused) mails.push(mail);
        done(refused ? Object.assign(new Error('looks like spam'), { responseCode: 554 }) : null);
      });
    },
  });
  let receiver: Receiver;
  let hub: HubProcess;
  let start: () => Promise<HubProcess>;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    receiver = await Receiver.start();
    smtp.listen(0, '127.0.0.1');
    await once(smtp.server, 'listening');
    const secrets = ['SLACK_WEBHOOK_URL', 'ALERTMANAGER_WEBHOOK_TOKEN', 'HOOK_SECRET', 'SLACK_BOT_TOKEN'];
    const channels = {
      slack: { type: 'slack-webhook', url: 'SLACK_WEBHOOK_URL' },
      hook: { type: 'webhook', url: `${receiver.url}/hook`, secret: 'HOOK_SECRET' },
      bot: { type: 'slack-bot', token: 'SLACK_BOT_TOKEN', channel: '#ops', apiUrl: `${receiver.url}/api` },
      mail: {
        type: 'email',
        smtp: { host: '127.0.0.1', port: (smtp.server.address() as AddressInfo).port },
        from: 'CommandCenter <hub@example.org>',
        to: ['ops@example.org'],
      },
    };
    const routes = [
      { match: { team: 'hook' }, channels: ['hook'] },
      { match: { team: 'bot' }, channels: ['bot'] },
      { match: { team: 'mail' }, channels: ['mail'] },
      { channels: ['slack'] },
    ];
    const config = {
      plugins: [{ use: 'notifier', secrets, options: { channels, routes } }, { use: 'transform' }],
      workflows: ['workflows'],
      secrets,
    };
    mkdirSync(join(root, 'workflows'));
    writeFileSync(join(root, 'workflows/tell.json'), JSON.stringify(tell));
    writeFileSync(join(root, 'commandcenter.yaml'), JSON.stringify(config));
    const database = await testDatabaseUrl();
    drop = database.drop;
    const env = {
      SLACK_WEBHOOK_URL: `${receiver.url}/services/T/B/x`,
      ALERTMANAGER_WEBHOOK_TOKEN: 'new-token, old-token',
      HOOK_SECRET: 'hook-secret',
      SLACK_BOT_TOKEN: 'xoxb-test',
    };
    start = () => HubProcess.start(root, database.url, env);
    hub = await start();
  });

  afterAll(async () => {
    await hub?.end();
    await drop?.();
    await receiver?.stop();
    await new Promise<void>((closed) => smtp.close(() => closed()));
    rmSync(root, { recursive: true, force: true });
  });

  const post = async (body: unknown, token: string | undefined = 'new-token'): Promise<number> => {
    const response = await fetch(`${hub.url}/plugins/notifier/alertmanager`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    await response.body?.cancel();
    return response.status;
  };
  const slack = (text: string) => receiver.at('/services/T/B/x').filter(({ body }) => shown(body).includes(text));

  it('delivers what fires and what is resolved, once, whoever says it twice', async () => {
    expect(await post(notification('Fire'))).toBe(202);
    expect(await post(notification('Fire'), 'old-token')).toBe(202);
    await until('the message', () => slack('FIRING · Fire is on fire').length > 0);
    expect(await post(notification('Fire', { status: 'resolved' }))).toBe(202);
    await until('its end', () => slack('RESOLVED · Fire is on fire').length > 0);
    expect(slack('FIRING · Fire is on fire')).toHaveLength(1);
    expect(shown(slack('RESOLVED · Fire')[0]!.body)).toContain('resolved after 4 m 12 s');
  });

  it('takes no token but its own', async () => {
    for (const token of ['wrong', '', 'new-token,', 'new-token, old-token', 'new']) {
      expect(await post(notification('Forged'), token)).toBe(401);
    }
  });

  it('waits as long as Slack asks, outlives errors, and merges what waits', async () => {
    receiver.answers.push({ status: 429, retryAfter: 2 }, { status: 500 }, 'drop');
    const before = receiver.refused.length;
    expect(await post(notification('Limited'))).toBe(202);
    await until('the refusal', () => receiver.refused.length > before);
    for (const name of ['One', 'Two', 'Three']) expect(await post(notification(name))).toBe(202);
    const names = ['Limited', 'One', 'Two', 'Three'];
    await until('all four', () => names.every((name) => slack(`${name} is on fire`).length > 0));
    for (const name of names) expect(slack(`${name} is on fire`)).toHaveLength(1);
    expect(slack('Three is on fire')[0]!.body.attachments.length).toBeGreaterThan(1);
    const [limited, next] = receiver.refused.slice(before);
    expect(next!.at - limited!.at).toBeGreaterThanOrEqual(1_990);
  });

  it('says it in plain text when Slack does not take the blocks', async () => {
    receiver.answers.push({ status: 400, body: 'invalid_blocks' });
    expect(await post(notification('Odd'))).toBe(202);
    await until('the text', () => slack('Odd is on fire').length > 0);
    expect(slack('Odd is on fire')[0]!.body).toEqual({
      text: 'FIRING · Odd is on fire\n`alertname=Odd`\n• `firing Odd`',
    });
  });

  it('delivers once what was accepted before kill -9', async () => {
    receiver.down = true;
    expect(await post(notification('Killed'))).toBe(202);
    await hub.end('SIGKILL');
    receiver.down = false;
    hub = await start();
    await until('the message', () => slack('Killed is on fire').length > 0);
    expect(await post(notification('After'))).toBe(202);
    await until('the next', () => slack('After is on fire').length > 0);
    expect(slack('Killed is on fire')).toHaveLength(1);
  });

  it('signs what it posts to a webhook', async () => {
    expect(await post(notification('Hooked', { labels: { team: 'hook' } }))).toBe(202);
    await until('the request', () => receiver.at('/hook').length > 0);
    const { headers, body } = receiver.at('/hook')[0]!;
    const signed = `${String(headers['x-commandcenter-timestamp'])}.${JSON.stringify(body)}`;
    const right = createHmac('sha256', 'hook-secret').update(signed).digest('hex');
    expect(headers['x-commandcenter-signature']).toBe(`sha256=${right}`);
    expect(headers['x-commandcenter-delivery']).toBe(body.id);
    expect(body.messages).toMatchObject([{ kind: 'group', status: 'firing', title: 'FIRING · Hooked is on fire' }]);
  });

  it('edits the first message of a group as a bot, replies in its thread, and begins anew', async () => {
    const calls = () => receiver.taken.filter(({ path }) => path.startsWith('/api/'));
    const labels = { team: 'bot' };
    expect(await post(notification('Botched', { labels }))).toBe(202);
    await until('the message', () => calls().length === 1);
    expect(await post(notification('Botched', { labels, status: 'resolved' }))).toBe(202);
    await until('the edit and the reply', () => calls().length === 3);
    expect(await post(notification('Botched', { labels, startsAt: '2026-11-23T11:00:00.000Z' }))).toBe(202);
    await until('a new message', () => calls().length === 4);
    const [first, edit, reply, anew] = calls();
    expect([first!.path, edit!.path, reply!.path, anew!.path]).toEqual([
      '/api/chat.postMessage',
      '/api/chat.update',
      '/api/chat.postMessage',
      '/api/chat.postMessage',
    ]);
    expect(first!.headers.authorization).toBe('Bearer xoxb-test');
    expect(first!.body).toMatchObject({ channel: '#ops' });
    expect(edit!.body).toMatchObject({ channel: 'C1', ts: '1700000000.000001' });
    expect(shown(edit!.body)).toContain('resolved after 4 m 12 s');
    expect(reply!.body).toMatchObject({ channel: 'C1', thread_ts: '1700000000.000001' });
    expect(anew!.body['thread_ts']).toBeUndefined();
  });

  it('sends what a workflow says, once a step', async () => {
    const started = await hub.call('POST', '/workflows/tell/runs', { input: {} });
    await until('the message', () => receiver.at('/hook').some(({ body }) => shown(body).includes('Backup of <db>')));
    await until('the run', async () => (await hub.call('GET', `/runs/${started.body.id}`)).body.status === 'succeeded');
    const { body } = await hub.call('GET', `/runs/${started.body.id}`);
    expect(body.output).toEqual({ queued: true, channels: ['hook'] });
  });

  it('sends mail, one thread a group', async () => {
    const labels = { team: 'mail' };
    expect(await post(notification('Mailed', { labels, annotations: { description: '<b>x</b>' } }))).toBe(202);
    await until('the mail', () => mails.length === 1);
    expect(await post(notification('Mailed', { labels, status: 'resolved' }))).toBe(202);
    await until('the second mail', () => mails.length === 2);
    const header = (mail: string, name: string) => new RegExp(`^${name}:\\s*(<[^>]+>)`, 'im').exec(mail)?.[1];
    expect(mails[0]).toContain('&lt;b&gt;x&lt;/b&gt;');
    expect(header(mails[0]!, 'references')).toBeDefined();
    expect(header(mails[0]!, 'references')).toBe(header(mails[1]!, 'references'));
    expect(header(mails[0]!, 'message-id')).not.toBe(header(mails[1]!, 'message-id'));
  });

  it('sends as plain text what the mail server does not take for its content; nothing behind it waits', async () => {
    const labels = { team: 'mail' };
    mails.length = 0;
    expect(await post(notification('Filtered', { labels }))).toBe(202);
    expect(await post(notification('Behind', { labels }))).toBe(202);
    await until('both mails', () => ['Filtered', 'Behind'].every((name) => mails.some((mail) => mail.includes(name))));
    expect(mails.find((mail) => mail.includes('Filtered'))).not.toContain('text/html');
  });

  it('takes what Alertmanager may say and no plainer sender would', async () => {
    const labels = { team: 'hook', alertname: 'Lines\nand\ttabs' };
    expect(await post(notification('Odd name', { labels }))).toBe(202);
    const odd = 'Mon Nov 23 2026 (\0\ud800)';
    expect(await post(notification('Odd time', { labels: { team: 'hook' }, startsAt: odd }))).toBe(400);
    // More alerts than are kept: the rest is counted as what Alertmanager itself leaves out.
    const many = notification('Many', { labels: { team: 'hook' } });
    const alerts = Array.from({ length: 1_100 }, (_, n) => ({ ...many.alerts[0], fingerprint: `many${n}` }));
    expect(await post({ ...many, truncatedAlerts: 7, alerts })).toBe(202);
    expect(await post(`{"version":"4","alerts":${'['.repeat(100_000)}`)).toBe(400);
    expect(await post({ ...many, alerts: [{ ...many.alerts[0], annotations: { a: 'x'.repeat(1_100_000) } }] })).toBe(
      413,
    );
    await until('the many', () => shown(receiver.at('/hook')).includes('many999'));
    expect(shown(receiver.at('/hook'))).not.toContain('many1000');
  });

  it('answers 1,000 broken, forged and doubled notifications without a 5xx, and sends nothing for the forged', async () => {
    let seed = 42;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const junk: unknown[] = [
      null,
      0,
      -1,
      '',
      'x'.repeat(9_000),
      [],
      {},
      [null],
      { a: 1 },
      true,
      '\0\u202e',
      '\ud800',
      '<!channel>',
    ];
    const statuses = new Map<number, number>();
    for (let n = 0; n < 1_000; n += 1) {
      const body: any = structuredClone(notification(`Variant${n}`, { labels: { team: 'hook' } }));
      const kind = random(6);
      const target = [body, body.alerts[0], body.alerts[0].labels, body.commonAnnotations][random(4)];
      const keys = Object.keys(target);
      target[keys[random(keys.length)]!] = junk[random(junk.length)];
      let sent: unknown = body;
      if (kind === 0) sent = JSON.stringify(body).slice(0, random(400));
      if (kind === 1) body.alerts = Array.from({ length: 1_001 + random(500) }, () => ({ status: 'firing' }));
      if (kind === 2) sent = notification('Variant-same', { labels: { team: 'hook' } });
      const forged = kind === 3;
      if (forged) body.groupKey = 'forged-group';
      const status = await post(sent, forged ? 'forged' : 'old-token');
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
    expect(statuses.get(202)).toBeGreaterThan(0);
    expect(statuses.get(400)).toBeGreaterThan(0);
    expect(statuses.get(401)).toBeGreaterThan(0);
    expect(await post(notification('Last', { labels: { team: 'hook' } }))).toBe(202);
    await until('the last', () => receiver.at('/hook').some(({ body }) => shown(body).includes('Last is on fire')));
    expect(receiver.taken.filter(({ body }) => shown(body).includes('forged-group'))).toEqual([]);
  });
});
