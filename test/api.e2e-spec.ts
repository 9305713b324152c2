import { request as rawRequest } from 'node:http';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Contract, type OpenApi } from './support/api/contract.js';
import { type Answer, type Call, TestHub } from './support/api/hub.js';

const workflows = {
  'hello.yaml': 'id: hello\nsteps:\n  greet: { uses: transform.value, with: { value: Hello } }\noutput: ${{ steps.greet.output }}\n',
  'order.yaml': `id: order
name: Take an order
input:
  type: object
  required: [item]
  additionalProperties: false
  properties: { item: { type: string, pattern: "^(a+)+$" }, count: { type: integer, minimum: 1, default: 1 } }
steps:
  total: { uses: transform.value, with: { value: "\${{ input.count * 2 }}" } }
output: \${{ steps.total.output }}
`,
  'waits.yaml': `id: waits
steps:
  call: { uses: http.request, with: { url: "http://127.0.0.1:1/" }, retry: { attempts: 3, delay: 1h } }
`,
  'paid.yaml': `id: paid
on: { event: [{ type: order.paid, if: "\${{ event.data.total > 100 }}", input: "\${{ event.data }}" }] }
steps:
  note: { uses: transform.value, with: { value: "\${{ input.total }}" } }
`,
  'nightly.yaml': 'id: nightly\non: { schedule: [{ cron: "0 3 * * *", timezone: Europe/Zurich }] }\nsteps:\n  one: { uses: transform.value, with: { value: 1 } }\n',
  'broken.yaml': 'id: broken\nsteps:\n  one: { uses: nobody.knows }\n',
};

const publicRoutes = [
  'GET /api/docs',
  'GET /api/docs/start.js',
  'GET /api/docs/swagger-ui-bundle.js',
  'GET /api/docs/swagger-ui.css',
  'GET /health/live',
  'GET /health/ready',
  'GET /schemas/config.json',
  'GET /schemas/workflow.json',
];

const noRun = '019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f';

describe('the HTTP API', () => {
  let hub: TestHub;
  let document: OpenApi;
  let contract: Contract;

  beforeAll(async () => {
    hub = await TestHub.start(workflows);
    document = (await hub.call('/api/openapi.json')).body as OpenApi;
    contract = new Contract(document);
  });
  afterAll(() => hub.close());

  /** Every answer in this file is held against the documentation. */
  const call = async (path: string, options: Call = {}): Promise<Answer> => {
    const answer = await hub.call(path, options);
    expect(contract.violation(options.method ?? 'GET', path, answer)).toBeUndefined();
    return answer;
  };
  const post = (path: string, body: unknown, more: Call = {}) => call(path, { method: 'POST', body, ...more });
  const start = (workflow: string, body: unknown = {}, more: Call = {}) => post(`/api/v1/workflows/${workflow}/runs`, body, more);
  const refusal = ({ status, body }: Answer) => [status, body.code as string];
  const pathsOf = ({ body }: Answer) => (body.problems as { path: string }[]).map(({ path }) => path);

  describe('its guard', () => {
    const routes = () => hub.server.registeredRoutes.filter(({ method }) => method !== 'HEAD');
    const concrete = (url: string) => url.replaceAll(':id', noRun);

    it('has an answer for every route: a role, or its place on the list of public ones', () => {
      expect(routes().length).toBeGreaterThan(20);
      expect(routes().filter(({ access }) => access === undefined)).toEqual([]);
      expect(routes().filter(({ access }) => access === 'public').map(({ method, url }) => `${method} ${url}`).sort()).toEqual(publicRoutes);
    });

    it('stops everybody without a token on every route that is not public', async () => {
      for (const { method, url, access } of routes()) {
        const { status } = await hub.call(concrete(url), { method, token: null });
        expect([method, url, status === 401]).toEqual([method, url, access !== 'public']);
      }
    });

    it('stops every role on every route that asks for a higher one, and no other', async () => {
      const order = ['viewer', 'operator', 'admin'];
      for (const role of ['viewer', 'operator'] as const) {
        const token = await hub.token(role);
        for (const { method, url, access } of routes()) {
          const { status } = await hub.call(concrete(url), { method, token });
          expect([role, method, url, status === 403]).toEqual([role, method, url, order.indexOf(access ?? 'admin') > order.indexOf(role)]);
        }
      }
    });
  });

  describe('bad input', () => {
    const step = (expression: string) => `id: a\nsteps:\n  one: { uses: transform.value, with: { value: "\${{ ${expression} }}" } }\n`;
    const validate = (text: string) => call('/api/v1/workflows/validate', { method: 'POST', text, type: 'application/yaml' });

    it.each([
      ['malformed YAML', 'id: hello\nsteps: [\n', 'CC_WORKFLOW_INVALID', ''],
      ['cyclic needs', 'id: a\nsteps:\n  one: { uses: transform.value, needs: [two], with: { value: 1 } }\n  two: { uses: transform.value, needs: [one], with: { value: 1 } }\n', 'CC_WORKFLOW_INVALID', 'steps.one.needs'],
      ['an unknown agent', 'id: a\nsteps:\n  one: { uses: htp.request }\n', 'CC_AGENT_UNKNOWN', 'steps.one.uses'],
      ['an unknown name in an expression', step('inptu.name'), 'CC_EXPRESSION_INVALID', 'steps.one.with.value'],
      ['grammar of a later issue', 'id: a\nsteps:\n  one: { sleep: 10m }\n', 'CC_GRAMMAR_NOT_BUILT', 'steps.one.sleep'],
      ['an exponential regular expression', step("'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')"), 'CC_EXPRESSION_INVALID', 'steps.one.with.value'],
      ['a nested comprehension', step('[1].map(a, [1].map(b, [1].map(c, c)))'), 'CC_EXPRESSION_INVALID', 'steps.one.with.value'],
    ])('%s: the answer says where and with which code', async (_name, text, code, path) => {
      const { status, body } = await validate(text);
      expect([status, body.valid]).toEqual([200, false]);
      expect(body.problems).toContainEqual(expect.objectContaining({ code, path, line: expect.any(Number) as number, column: expect.any(Number) as number }));
    });

    it('a workflow without problems is valid, as YAML and as JSON', async () => {
      const expected = { valid: true, problems: [], workflow: { id: 'hello', version: expect.any(String) as string } };
      expect((await validate(workflows['hello.yaml'])).body).toEqual(expected);
      const text = JSON.stringify({ id: 'hello', steps: { greet: { uses: 'transform.value', with: { value: 1 } } } });
      expect((await call('/api/v1/workflows/validate', { method: 'POST', text })).body).toEqual(expected);
      expect(refusal(await call('/api/v1/workflows/validate', { method: 'POST' }))).toEqual([400, 'CC_REQUEST_INVALID']);
    });

    it('wrong input: every problem by path, and no run', async () => {
      const answer = await start('order', { input: { count: 0, colour: 'red' } });
      expect(refusal(answer)).toEqual([400, 'CC_INPUT_INVALID']);
      expect(pathsOf(answer).sort()).toEqual(['input', 'input', 'input.count']);
      expect((await call('/api/v1/runs?workflow=order')).body.items).toEqual([]);
    });

    it('a pattern that would hang other engines is answered at once', async () => {
      const began = Date.now();
      expect(refusal(await start('order', { input: { item: `${'a'.repeat(5000)}!` } }))).toEqual([400, 'CC_INPUT_INVALID']);
      expect(Date.now() - began).toBeLessThan(2000);
    });

    it('a body of 2 MB', async () => {
      expect(refusal(await start('order', { input: { item: 'a'.repeat(2_000_000) } }))).toEqual([413, 'CC_REQUEST_TOO_LARGE']);
    });

    it('no token, and a wrong one', async () => {
      expect(refusal(await start('hello', {}, { token: null }))).toEqual([401, 'CC_UNAUTHENTICATED']);
      expect(refusal(await start('hello', {}, { token: 'cc_wrong' }))).toEqual([401, 'CC_UNAUTHENTICATED']);
    });

    it.each([
      ['POST', '/api/v1/workflows/hello/runs', { inputs: {} }, ['body.inputs']],
      ['POST', '/api/v1/workflows/Hello!/runs', { version: 3 }, ['params.id', 'body.version']],
      ['GET', '/api/v1/runs?status=done,running&limit=0&page=2&since=yesterday', undefined, ['query.status.0', 'query.since', 'query.limit', 'query.page']],
      ['GET', '/api/v1/runs?limit=201', undefined, ['query.limit']],
      ['GET', '/api/v1/runs?limit=1&limit=2', undefined, ['query.limit']],
      ['GET', '/api/v1/runs?cursor=abc', undefined, ['cursor']],
      ['GET', '/api/v1/runs/42', undefined, ['params.id']],
      ['GET', `/api/v1/runs/${noRun}?steps=false`, undefined, ['query.steps']],
      ['GET', `/api/v1/runs/${noRun}/events?cursor=-1`, undefined, ['cursor']],
      ['GET', '/api/v1/workflows?cursor=x', undefined, ['query.cursor']],
      ['POST', `/api/v1/runs/${noRun}/cancel`, { reason: '' }, ['body.reason']],
    ])('%s %s %j: every problem by path', async (method, path, body, paths) => {
      const answer = await call(path, { method, body });
      expect(refusal(answer)).toEqual([400, 'CC_REQUEST_INVALID']);
      expect(pathsOf(answer).sort()).toEqual([...paths].sort());
    });

    it.each([
      ['GET', `/api/v1/runs/${noRun}`, 404, 'CC_RUN_NOT_FOUND'],
      ['GET', `/api/v1/runs/${noRun}/events`, 404, 'CC_RUN_NOT_FOUND'],
      ['GET', `/api/v1/runs/${noRun}/logs`, 404, 'CC_RUN_NOT_FOUND'],
      ['POST', `/api/v1/runs/${noRun}/cancel`, 404, 'CC_RUN_NOT_FOUND'],
      ['GET', '/api/v1/workflows/helo', 404, 'CC_WORKFLOW_NOT_FOUND'],
      ['GET', '/api/v1/workflows/hello?version=0123', 404, 'CC_WORKFLOW_NOT_FOUND'],
      ['POST', '/api/v1/workflows/helo/runs', 404, 'CC_WORKFLOW_NOT_FOUND'],
    ])('%s %s: %d %s', async (method, path, status, code) => {
      expect(refusal(await call(path, { method }))).toEqual([status, code]);
    });
  });

  describe('starting runs', () => {
    it('answers 202 with where the run is, and the run succeeds', async () => {
      const started = await start('order', { input: { item: 'aaa', count: 3 } });
      expect(started).toMatchObject({ status: 202, body: { workflow: 'order', duplicate: false } });
      expect(started.headers.get('location')).toBe(`/api/v1/runs/${started.body.id}`);
      const run = await hub.ended(started.body.id as string);
      expect(run).toMatchObject({
        status: 'succeeded',
        input: { item: 'aaa', count: 3 },
        output: 6,
        error: null,
        trigger: { kind: 'manual' },
        steps: [{ id: 'total', path: 'total', uses: 'transform.value', status: 'succeeded', attempt: 1, output: 6 }],
      });
      const events = await call(`/api/v1/runs/${run.id}/events`);
      expect(events.body.items.map(({ type }: { type: string }) => type)).toEqual(['RunCreated', 'RunStarted', 'StepStarted', 'StepSucceeded', 'RunSucceeded']);
      expect(await call(`/api/v1/runs/${run.id}`)).toMatchObject({ status: 200 });
      expect(await call(`/api/v1/runs/${run.id}/logs`)).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
    });

    it('needs no body when the workflow needs no input', async () => {
      expect((await call('/api/v1/workflows/hello/runs', { method: 'POST' })).status).toBe(202);
    });

    it('starts one run for one Idempotency-Key, however often and at once it is sent', async () => {
      const headers = { 'idempotency-key': 'order-4711' };
      const answers = await Promise.all(Array.from({ length: 20 }, () => start('order', { input: { item: 'a', count: 2 } }, { headers })));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(answers.map(({ body }) => body.id as string)).size).toBe(1);
      expect(answers.filter(({ body }) => body.duplicate === false)).toHaveLength(1);
      const reordered = await start('order', { input: { count: 2, item: 'a' } }, { headers });
      expect(reordered.body).toMatchObject({ id: answers[0]?.body.id as string, duplicate: true });
      expect(refusal(await start('order', { input: { item: 'aa' } }, { headers }))).toEqual([422, 'CC_IDEMPOTENCY_MISMATCH']);
      expect((await start('hello', {}, { headers })).body.duplicate).toBe(false);
      expect(refusal(await start('hello', {}, { headers: { 'idempotency-key': 'with space' } }))).toEqual([400, 'CC_REQUEST_INVALID']);
    });

    it('pins the version it is asked for', async () => {
      const { version } = (await call('/api/v1/workflows/hello')).body;
      expect((await start('hello', { version })).body.version).toBe(version);
      expect(refusal(await start('hello', { version: 'nope' }))).toEqual([404, 'CC_WORKFLOW_NOT_FOUND']);
    });
  });

  it('cancels a run that waits, once', async () => {
    const { id } = (await start('waits')).body;
    while ((await hub.call(`/api/v1/runs/${id}`)).body.status !== 'waiting') await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await call('/api/v1/runs?status=waiting')).body.items).toMatchObject([{ id }]);
    expect(await post(`/api/v1/runs/${id}/cancel`, { reason: 'wrong host' })).toMatchObject({ status: 202, body: { id } });
    expect(await hub.ended(id as string)).toMatchObject({ status: 'cancelled', error: { code: 'CC_RUN_CANCELLED', message: expect.stringContaining('wrong host') as string } });
    expect(refusal(await call(`/api/v1/runs/${id}/cancel`, { method: 'POST' }))).toEqual([409, 'CC_RUN_FINISHED']);
  });

  describe('lists', () => {
    it('give each of 250 runs exactly once, newest first, while more are started', async () => {
      const ids = new Set<string>();
      for (let n = 0; n < 250; n += 50) {
        const batch = await Promise.all(Array.from({ length: 50 }, () => hub.post('/api/v1/workflows/order/runs', { input: { item: 'aaaa' } })));
        for (const { body } of batch) ids.add(body.id as string);
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Answer = await call(`/api/v1/runs?workflow=order&limit=100${cursor === null ? '' : `&cursor=${cursor}`}`);
        seen.push(...page.body.items.map(({ id }: { id: string }) => id));
        cursor = page.body.nextCursor;
        await start('order', { input: { item: 'late' } }, { method: 'POST' }).catch(() => undefined);
        await hub.post('/api/v1/workflows/order/runs', { input: { item: 'aaaaa' } });
      } while (cursor !== null);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => ids.has(id))).toHaveLength(250);
      expect(seen).toEqual([...seen].sort().reverse());
    });

    it('filter by status, trigger and time', async () => {
      const { body } = await start('hello');
      const run = await hub.ended(body.id as string);
      const ids = async (query: string) => (await call(`/api/v1/runs?workflow=hello&limit=200&${query}`)).body.items.map(({ id }: { id: string }) => id) as string[];
      expect(await ids('status=succeeded')).toContain(run.id);
      expect(await ids('status=failed,cancelled')).toEqual([]);
      expect(await ids('trigger=manual')).toContain(run.id);
      expect(await ids('trigger=schedule')).toEqual([]);
      const at = Date.parse(run.createdAt as string);
      const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
      expect(await ids(`since=${iso(at)}&until=${iso(at + 1)}`)).toContain(run.id);
      expect(await ids(`until=${iso(at)}`)).not.toContain(run.id);
      expect(await ids(`since=${iso(at + 1)}`)).not.toContain(run.id);
      expect(await ids('since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z')).toEqual([]);
    });

    it('page a run log by its numbers', async () => {
      const { body } = await start('hello');
      await hub.ended(body.id as string);
      const first = await call(`/api/v1/runs/${body.id}/events?limit=2`);
      expect(first.body).toMatchObject({ items: [{ seq: 1 }, { seq: 2 }], nextCursor: '2' });
      const rest = await call(`/api/v1/runs/${body.id}/events?cursor=2`);
      expect(rest.body).toMatchObject({ items: [{ seq: 3 }, { seq: 4 }, { seq: 5 }], nextCursor: null });
    });

    it('page what is in memory too', async () => {
      const first = await call('/api/v1/workflows?limit=2');
      expect(first.body.items).toHaveLength(2);
      const rest = await call(`/api/v1/workflows?cursor=${first.body.nextCursor}`);
      expect([...first.body.items, ...rest.body.items].map(({ id }: { id: string }) => id)).toEqual(['hello', 'nightly', 'order', 'paid', 'waits']);
    });

    it('end a page early rather than build an answer of a hundred megabytes', async () => {
      const big = 'a'.repeat(900_000);
      for (let n = 0; n < 6; n += 1) expect((await hub.post('/api/v1/workflows/hello/runs', { input: { big } })).status).toBe(202);
      const page = await call('/api/v1/runs?workflow=hello&limit=200');
      expect(page.body.items).toHaveLength(4);
      expect((await call(`/api/v1/runs?workflow=hello&limit=200&cursor=${page.body.nextCursor}`)).body.items.length).toBeGreaterThan(2);
    });
  });

  describe('events', () => {
    const paid = (id: string, total: number) => ({ specversion: '1.0', id, source: '/shop', type: 'order.paid', data: { total } });
    const send = (event: unknown, more: Call = {}) => post('/api/v1/events', event, { type: 'application/cloudevents+json', ...more });

    it('are accepted once and start what listens', async () => {
      expect(await send(paid('1', 250))).toMatchObject({ status: 202, body: { accepted: 1, duplicate: 0 } });
      expect(await send(paid('1', 250))).toMatchObject({ status: 202, body: { accepted: 0, duplicate: 1 } });
      await send(paid('2', 50));
      let items: { input: unknown; trigger: { kind: string } }[] = [];
      for (let waited = 0; items.length === 0 && waited < 15_000; waited += 50) {
        items = (await call('/api/v1/runs?workflow=paid')).body.items;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(items).toMatchObject([{ input: { total: 250 }, trigger: { kind: 'event', event: { id: '1' } } }]);
    });

    it.each([
      ['an event that lacks things', { specversion: '1.0', type: 'x' }, {}, 400, 'CC_EVENT_INVALID'],
      ['no event at all', [], {}, 400, 'CC_EVENT_INVALID'],
      ['a batch', [paid('9', 1)], { type: 'application/cloudevents-batch+json' }, 400, 'CC_EVENT_MODE_NOT_BUILT'],
      ['the binary mode', { total: 1 }, { type: 'application/json', headers: { 'ce-id': '1', 'ce-type': 'x', 'ce-source': '/', 'ce-specversion': '1.0' } }, 400, 'CC_EVENT_MODE_NOT_BUILT'],
      ['XML', '<event/>', { type: 'text/xml' }, 415, 'CC_MEDIA_TYPE_UNSUPPORTED'],
    ] satisfies [string, unknown, Call, number, string][])('are refused: %s', async (_name, body, more, status, code) => {
      expect(refusal(await send(body, more))).toEqual([status, code]);
    });
  });

  describe('the hub about itself', () => {
    it('lists workflows, schedules, plugins and agents', async () => {
      expect((await call('/api/v1/workflows/paid')).body).toMatchObject({ id: 'paid', enabled: true, definition: { on: { event: [{ type: 'order.paid' }] } } });
      expect((await call('/api/v1/schedules')).body.items).toMatchObject([{ workflow: 'nightly', cron: '0 3 * * *', timezone: 'Europe/Zurich', lastAt: null }]);
      expect((await call('/api/v1/plugins')).body.items).toContainEqual({ status: 'loaded', use: 'http', name: 'http', version: expect.any(String) as string, agents: ['http'] });
      const agents = (await call('/api/v1/agents')).body.items as { id: string; actions: { uses: string }[] }[];
      expect(agents.flatMap(({ actions }) => actions.map(({ uses }) => uses)).sort()).toEqual(['http.request', 'transform.filter', 'transform.map', 'transform.value']);
    });

    it('says how it is, and which files it refused', async () => {
      const { body } = await call('/api/v1/system');
      expect(body).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string, database: 'test database', replicas: [{ id: body.replica }] });
      expect(body.loadProblems).toMatchObject([{ file: expect.stringContaining('broken.yaml') as string, problems: [{ path: 'steps.one.uses', code: 'CC_AGENT_UNKNOWN' }] }]);
    });

    it('is alive and ready, and gives its schemas to anybody', async () => {
      for (const path of ['/health/live', '/health/ready', '/schemas/workflow.json', '/schemas/config.json']) {
        expect((await call(path, { token: null })).status).toBe(200);
      }
      expect((await call('/schemas/workflow.json')).body).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    });
  });

  describe('its documentation', () => {
    it('is valid OpenAPI 3.1', async () => {
      const result = await new Validator().validate(document as object);
      expect([result.valid, result.errors]).toEqual([true, undefined]);
    });

    it('has every route, with its role and its errors, and every name it refers to', () => {
      const documented = Object.entries(document.paths).flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`));
      const registered = hub.server.registeredRoutes.filter(({ method }) => method !== 'HEAD').map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
      expect(documented.sort()).toEqual(registered.sort());
      for (const operation of Object.values(document.paths).flatMap((operations) => Object.values(operations))) {
        expect(operation).toMatchObject({ summary: expect.any(String) as string, 'x-role': expect.any(String) as string, responses: { 500: expect.anything() as object } });
      }
      const names = Object.keys(document.components.schemas);
      const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
      expect(new Set(references)).toEqual(new Set(names));
      expect(JSON.stringify(document)).not.toContain('$defs');
    });
  });

  it('does not believe what a proxy header says about the caller', async () => {
    const strict = await TestHub.start({}, { rateLimitPerMinute: 5 });
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1) statuses.push((await strict.call('/api/v1/runs', { token: null, headers: { 'x-forwarded-for': `10.0.0.${n}` } })).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    await strict.close();
  });

  it('answers headers that are too large with a problem', async () => {
    const { port } = new URL(hub.url);
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = rawRequest({ port, host: '127.0.0.1', path: '/health/live', headers: { 'x-large': 'x'.repeat(64_000) } }, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString())).on('end', () => resolve({ status: response.statusCode, body }));
      });
      sent.on('error', reject).end();
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'CC_REQUEST_INVALID' });
  });
});
