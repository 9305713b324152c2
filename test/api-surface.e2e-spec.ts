import { request as rawRequest } from 'node:http';
import { Validator } from '@seriousme/openapi-schema-validator';
import { CheckedHub, noRun } from './support/api/checked-hub.js';
import { TestHub } from './support/api/hub.js';

/** For people: guarded like all others, not documented. */
const pages = [
  'GET /',
  'GET /approvals',
  'GET /assets/icon.svg',
  'GET /assets/pages.css',
  'GET /assets/pages.js',
  'GET /login',
  'GET /runs',
  'GET /runs/:id',
  'GET /runs/:id/stream',
  'POST /approvals/:id/decision',
  'POST /login',
  'POST /runs/:id/cancel',
  'POST /runs/:id/pause',
  'POST /runs/:id/rerun',
  'POST /runs/:id/resume',
  'POST /session/end',
];

const publicRoutes = [
  'DELETE /session',
  'GET /api/docs',
  'GET /api/docs/start.js',
  'GET /api/docs/swagger-ui-bundle.js',
  'GET /api/docs/swagger-ui.css',
  'GET /assets/icon.svg',
  'GET /assets/pages.css',
  'GET /assets/pages.js',
  'GET /health/live',
  'GET /health/ready',
  'GET /login',
  'GET /schemas/config.json',
  'GET /schemas/workflow.json',
  // Whose signature is verified.
  'POST /hooks/:path',
  'POST /login',
  // Of plugins, which check who calls themselves.
  'POST /plugins/notifier/alertmanager',
  'POST /session',
  'POST /session/end',
];

describe('the surface of the HTTP API', () => {
  let checked: CheckedHub;
  beforeAll(async () => {
    checked = await CheckedHub.start();
  });
  afterAll(() => checked.close());

  describe('its guard', () => {
    const routes = () => checked.hub.server.registeredRoutes.filter(({ method }) => method !== 'HEAD');
    const concrete = (url: string) => url.replaceAll(':id', noRun);

    it('has an answer for every route: a role, or its place on the list of public ones', () => {
      expect(routes().length).toBeGreaterThan(20);
      expect(routes().filter(({ access }) => access === undefined)).toEqual([]);
      expect(
        routes()
          .filter(({ access }) => access === 'public')
          .map(({ method, url }) => `${method} ${url}`)
          .sort(),
      ).toEqual(publicRoutes);
    });

    it('stops everybody without a token on every route that is not public', async () => {
      for (const { method, url, access } of checked.hub.server.registeredRoutes) {
        const { status } = await checked.hub.call(concrete(url), { method, token: null });
        const asks = access !== 'public' || url.startsWith('/plugins/') || url.startsWith('/hooks/');
        expect([method, url, status === 401]).toEqual([method, url, asks]);
      }
    });

    it('stops every role on every route that asks for a higher one, and no other', async () => {
      const order = ['viewer', 'operator', 'admin'];
      for (const role of ['viewer', 'operator'] as const) {
        const token = await checked.hub.token(role);
        for (const { method, url, access } of routes()) {
          const { status } = await checked.hub.call(concrete(url), { method, token });
          expect([role, method, url, status === 403]).toEqual([
            role,
            method,
            url,
            // Beside operator: neither of the two includes it.
            access === 'approver' || order.indexOf(access ?? 'admin') > order.indexOf(role),
          ]);
        }
      }
    });
  });

  describe('the hub about itself', () => {
    it('lists workflows, schedules, plugins and agents', async () => {
      expect((await checked.call('/api/v1/workflows/paid')).body).toMatchObject({
        id: 'paid',
        enabled: true,
        definition: { on: { event: [{ type: 'order.paid' }] } },
      });
      expect((await checked.call('/api/v1/schedules')).body.items).toMatchObject([
        {
          workflow: 'nightly',
          cron: '0 3 * * *',
          timezone: 'Europe/Zurich',
          catchUp: 'none',
          overlap: 'allow',
          lastAt: null,
        },
      ]);
      const [nightly] = (await checked.call('/api/v1/schedules?next=3')).body.items as [
        { nextAt: string; next: string[] },
      ];
      expect(nightly.next).toEqual([nightly.nextAt, expect.any(String), expect.any(String)]);
      const preview = (query: string) => checked.call(`/api/v1/schedules/preview?${query}`);
      // The clocks skip 02:30 on the 29th, and show it once more on the 25th.
      const line = 'cron=30+2+*+*+*&timezone=Europe/Zurich&next=2';
      expect((await preview(`${line}&after=2026-03-28T12:00:00Z`)).body.next).toEqual([
        '2026-03-29T01:00:00.000Z',
        '2026-03-30T00:30:00.000Z',
      ]);
      expect((await preview(`${line}&after=2026-10-25T00:00:00Z`)).body.next).toEqual([
        '2026-10-25T00:30:00.000Z',
        '2026-10-26T01:30:00.000Z',
      ]);
      expect((await preview('cron=0+0+30+2+*')).body).toEqual({ cron: '0 0 30 2 *', timezone: 'UTC', next: [] });
      const refused = (await preview('cron=61+*+*+*+*&timezone=Mars&next=51')).body;
      expect(refused.problems.map(({ path }: { path: string }) => path).sort()).toEqual([
        'query.cron',
        'query.next',
        'query.timezone',
      ]);
      expect((await checked.call('/api/v1/workflows/paid/alerts')).body).toEqual({ items: [], nextCursor: null });
      expect((await checked.call('/api/v1/workflows/nobody/alerts')).status).toBe(404);
      expect((await checked.call('/api/v1/workflows/paid/alerts?cursor=x')).status).toBe(400);
      expect((await checked.call('/api/v1/plugins')).body.items).toContainEqual({
        status: 'loaded',
        use: 'http',
        name: 'http',
        version: expect.any(String) as string,
        agents: ['http'],
        routes: [],
        workflows: [],
      });
      const agents = (await checked.call('/api/v1/agents')).body.items as { id: string; actions: { uses: string }[] }[];
      expect(agents.flatMap(({ actions }) => actions.map(({ uses }) => uses)).sort()).toEqual(
        expect.arrayContaining([
          'http.request',
          'notifier.send',
          'prometheus.query',
          'prometheus.queryRange',
          'transform.filter',
          'transform.map',
          'transform.value',
        ]),
      );
    });

    it('says how it is, and which files it refused', async () => {
      const { body } = await checked.call('/api/v1/system');
      expect(body).toMatchObject({
        version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
        database: 'test database',
        replicas: [{ id: body.replica }],
      });
      expect(body.loadProblems).toMatchObject([
        {
          file: expect.stringContaining('broken.yaml') as string,
          problems: [{ path: 'steps.one.uses', code: 'CC_AGENT_UNKNOWN' }],
        },
      ]);
    });

    it('is alive and ready, and gives its schemas to anybody', async () => {
      for (const path of ['/health/live', '/health/ready', '/schemas/workflow.json', '/schemas/config.json']) {
        expect((await checked.call(path, { token: null })).status).toBe(200);
      }
      expect((await checked.call('/schemas/workflow.json')).body).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
      });
    });
  });

  describe('its documentation', () => {
    it('is valid OpenAPI 3.1', async () => {
      const copy = structuredClone(checked.document) as unknown as Parameters<Validator['validate']>[0];
      const { valid, errors } = await new Validator().validate(copy);
      expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    });

    it('has every route but the pages, with its role and its errors, and every name it refers to', () => {
      const documented = Object.entries(checked.document.paths).flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      );
      const routes = checked.hub.server.registeredRoutes.filter(({ method }) => method !== 'HEAD');
      const called = routes.filter(({ page }) => page).map(({ method, url }) => `${method} ${url}`);
      expect(called.sort()).toEqual(pages);
      const registered = routes
        .filter(({ page, url }) => !page && !url.startsWith('/plugins/'))
        .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
      expect(documented.sort()).toEqual(registered.sort());
      for (const operation of Object.values(checked.document.paths).flatMap((operations) =>
        Object.values(operations),
      )) {
        expect(operation).toMatchObject({
          summary: expect.any(String) as string,
          'x-role': expect.any(String) as string,
          responses: { 500: expect.anything() as object },
        });
      }
      const names = Object.keys(checked.document.components.schemas);
      const references = [...JSON.stringify(checked.document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
        ([, name]) => name,
      );
      expect(new Set(references)).toEqual(new Set(names));
      expect(JSON.stringify(checked.document)).not.toContain('$defs');
    });
  });

  it('does not believe what a proxy header says about the caller', async () => {
    const strict = await TestHub.start({}, { rateLimitPerMinute: 5 });
    const statuses: number[] = [];
    for (let n = 0; n < 8; n += 1)
      statuses.push(
        (await strict.call('/api/v1/runs', { token: null, headers: { 'x-forwarded-for': `10.0.0.${n}` } })).status,
      );
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    await strict.close();
  });

  it('answers headers that are too large with a problem', async () => {
    const { port } = new URL(checked.hub.url);
    const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const sent = rawRequest(
        { port, host: '127.0.0.1', path: '/health/live', headers: { 'x-large': 'x'.repeat(64_000) } },
        (response) => {
          let body = '';
          response
            .on('data', (chunk: Buffer) => (body += chunk.toString()))
            .on('end', () => resolve({ status: response.statusCode, body }));
        },
      );
      sent.on('error', reject).end();
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'CC_REQUEST_INVALID' });
  });
});
