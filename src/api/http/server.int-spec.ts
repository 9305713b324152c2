import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { testDatabase, testDatabaseUrl } from '../../../test/support/database.js';
import { ConfigModule, loadConfig, type Config } from '../../config/index.js';
import { Database, DatabaseModule } from '../../database/index.js';
import { identityEntities, IdentityModule, Secrets, Tokens, type Role } from '../../identity/index.js';
import { TelemetryModule } from '../../telemetry/index.js';
import { configureApp } from '../configure-app.js';
import { HealthController } from '../controllers/health.controller.js';
import { TokensController } from '../controllers/tokens.controller.js';
import { DocsController } from '../docs/docs.controller.js';
import { AssetsController } from '../pages/assets.controller.js';
import { Readiness } from '../readiness.js';
import { fastifyAdapter } from './fastify-adapter.js';

@Module({ controllers: [TokensController, HealthController, DocsController, AssetsController], providers: [Readiness] })
class ServerModule {}

/** The HTTP side alone: guard, door, errors, limits. What the routes do is tested with the whole hub. */
describe('the HTTP server', () => {
  let database: Database;
  let app: NestFastifyApplication;
  let server: FastifyInstance;
  let admin: string;
  const limit = 40;

  const start = async (change: Partial<Config['engine']> = {}, on = database, trustedProxies: string[] = []) => {
    const config = loadConfig({}, '/nowhere');
    const own: Config = { ...config, server: { trustedProxies }, engine: { ...config.engine, ...change } };
    const settings = ConfigModule.with(own);
    const telemetry = TelemetryModule.with(true, settings);
    const rooms = [settings, telemetry, DatabaseModule.with(on, telemetry)];
    const module = {
      module: ServerModule,
      imports: [...rooms, IdentityModule.with(new Secrets(own, () => undefined), ...rooms)],
    };
    const made = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(own), { logger: false });
    configureApp(made);
    const raw = made.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    raw.get('/forgotten', () => 'open');
    await made.init();
    return made;
  };
  const token = async (role: Role) => {
    const made = await new Tokens(database).create({
      name: `${role} ${Math.random()}`,
      role,
      approver: false,
      expiresAt: null,
    });
    return made.token;
  };
  const call = async (options: InjectOptions & { token?: string }, to = server) => {
    const { token: given, headers, ...rest } = options;
    const response = await to.inject({
      ...rest,
      headers: { ...headers, ...(given !== undefined && { authorization: `Bearer ${given}` }) },
    });
    const json = String(response.headers['content-type']).includes('json') && response.body !== '';
    return {
      status: response.statusCode,
      headers: response.headers,
      body: json ? response.json<Record<string, unknown>>() : response.body,
    };
  };
  const post = (payload: string, headers = { 'content-type': 'application/json' }) =>
    call({ method: 'POST', url: '/api/v1/tokens', token: admin, payload, headers });

  beforeAll(async () => {
    database = await testDatabase({ entities: identityEntities });
    app = await start();
    server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    admin = await token('admin');
  });
  afterAll(async () => {
    await app.close();
    await database.close();
  });

  it('lets nobody in without a token that is known, and says so before it reads a body', async () => {
    for (const authorization of [
      undefined,
      'Bearer cc_wrong',
      'Basic YTpi',
      'Bearer',
      `Bearer ${admin}x`,
      `${admin}`,
    ]) {
      const headers = { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) };
      const answer = await call({ method: 'POST', url: '/api/v1/tokens', headers, payload: '{broken' });
      expect(answer).toMatchObject({
        status: 401,
        body: { code: 'CC_UNAUTHENTICATED', status: 401, instance: '/api/v1/tokens' },
      });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    }
  });

  it('lets nobody do what needs a higher role', async () => {
    for (const role of ['viewer', 'operator'] as const) {
      const answer = await call({ url: '/api/v1/tokens', token: await token(role) });
      expect(answer).toMatchObject({ status: 403, body: { code: 'CC_FORBIDDEN' } });
    }
  });

  it('closes a route whose author said nothing, whoever registered it', async () => {
    expect((await call({ url: '/forgotten' })).status).toBe(401);
    expect((await call({ url: '/forgotten', token: await token('operator') })).status).toBe(403);
    expect(await call({ url: '/forgotten', token: admin })).toMatchObject({ status: 200, body: 'open' });
  });

  it('answers nobody when it was not told who may ask', async () => {
    const { authenticator } = server;
    server.authenticator = null;
    expect(await call({ url: '/api/v1/tokens', token: admin })).toMatchObject({
      status: 500,
      body: { code: 'CC_INTERNAL' },
    });
    server.authenticator = authenticator;
  });

  it('makes, lists and revokes tokens', async () => {
    const made = await post(JSON.stringify({ name: 'ci', role: 'operator', expiresAt: '2099-01-01T00:00:00Z' }));
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'ci', role: 'operator', token: expect.stringMatching(/^cc_/) as string },
    });
    const { id, token: fresh } = made.body as { id: string; token: string };
    expect(await call({ url: '/api/openapi.json', token: fresh })).toMatchObject({ status: 200 });
    const list = await call({ url: '/api/v1/tokens', token: admin });
    expect(JSON.stringify(list.body)).toContain('"name":"ci"');
    expect(JSON.stringify(list.body)).not.toMatch(/hash|cc_/);
    expect(await post(JSON.stringify({ name: 'ci', role: 'viewer' }))).toMatchObject({
      status: 409,
      body: { code: 'CC_TOKEN_EXISTS' },
    });
    expect(await call({ method: 'DELETE', url: `/api/v1/tokens/${id}`, token: admin })).toMatchObject({
      status: 204,
      body: '',
    });
    expect(await call({ url: '/api/openapi.json', token: fresh })).toMatchObject({ status: 401 });
    expect(await call({ method: 'DELETE', url: `/api/v1/tokens/${id}`, token: admin })).toMatchObject({
      status: 404,
      body: { code: 'CC_TOKEN_NOT_FOUND' },
    });
  });

  it.each([
    ['malformed JSON', '{"name":', 'application/json', 400, 'CC_REQUEST_INVALID'],
    [
      'a body of 2 MB',
      JSON.stringify({ name: 'x'.repeat(2_000_000) }),
      'application/json',
      413,
      'CC_REQUEST_TOO_LARGE',
    ],
    ['half a million brackets', '['.repeat(500_000), 'application/json', 400, 'CC_REQUEST_INVALID'],
    [
      'a key that would change the prototype',
      '{"__proto__":{"role":"admin"}}',
      'application/json',
      400,
      'CC_REQUEST_INVALID',
    ],
    [
      'a constructor that would do so',
      '{"constructor":{"prototype":{"role":"admin"}}}',
      'application/json',
      400,
      'CC_REQUEST_INVALID',
    ],
    ['a form', 'name=ci&role=admin', 'application/x-www-form-urlencoded', 415, 'CC_MEDIA_TYPE_UNSUPPORTED'],
    ['XML', '<token/>', 'text/xml', 415, 'CC_MEDIA_TYPE_UNSUPPORTED'],
    ['YAML where JSON is read', 'name: ci', 'application/yaml', 415, 'CC_MEDIA_TYPE_UNSUPPORTED'],
    ['a media type that is none', '{}', 'nonsense', 415, 'CC_MEDIA_TYPE_UNSUPPORTED'],
    ['nothing', '', 'application/json', 400, 'CC_REQUEST_INVALID'],
    ['no object', '"text"', 'application/json', 400, 'CC_REQUEST_INVALID'],
  ])('refuses %s', async (_name, payload, type, status, code) => {
    const answer = await post(payload, { 'content-type': type });
    expect(answer).toMatchObject({ status, body: { code, status } });
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\.js:/);
  });

  it('lists every problem of a body by path', async () => {
    const answer = await post(JSON.stringify({ name: '', role: 'king', expiresAt: 'tomorrow', colour: 'red' }));
    const { problems } = answer.body as { problems: { path: string }[] };
    expect(problems.map(({ path }) => path).sort()).toEqual([
      'body.colour',
      'body.expiresAt',
      'body.name',
      'body.role',
    ]);
  });

  it('knows its routes, and their methods', async () => {
    expect(await call({ url: '/api/v2/anything?x=1' })).toMatchObject({
      status: 404,
      body: { code: 'CC_ROUTE_NOT_FOUND', instance: '/api/v2/anything' },
    });
    expect(await call({ method: 'PUT', url: '/api/v1/tokens/1' })).toMatchObject({
      status: 405,
      headers: { allow: 'PATCH, DELETE' },
      body: { code: 'CC_METHOD_NOT_ALLOWED', detail: expect.stringContaining('DELETE') as string },
    });
    expect(await call({ url: '/api/v1/tokens//x' })).toMatchObject({
      status: 404,
      body: { code: 'CC_ROUTE_NOT_FOUND' },
    });
    expect(await call({ url: '/%zz' })).toMatchObject({ status: 400, body: { code: 'CC_REQUEST_INVALID' } });
    expect(await call({ url: `/api/v1/tokens/${'x'.repeat(500)}`, method: 'DELETE' })).toMatchObject({
      body: { code: 'CC_REQUEST_INVALID' },
    });
  });

  it('sends security headers with every answer, errors too', async () => {
    for (const url of ['/health/live', '/api/v1/tokens', '/nowhere']) {
      const { headers } = await call({ url });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
      });
    }
  });

  it('answers probes: alive always, ready while PostgreSQL answers', async () => {
    expect(await call({ url: '/health/live' })).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await call({ url: '/health/ready' })).toMatchObject({ status: 200, body: { status: 'ok' } });
    app.get(Readiness).onModuleDestroy();
    expect(await call({ url: '/health/ready' })).toMatchObject({ status: 503, body: { code: 'CC_SHUTTING_DOWN' } });
    expect(await call({ url: '/health/live' })).toMatchObject({ status: 200 });
  });

  it('shows its page from its own files only', async () => {
    const page = await call({ url: '/api/docs' });
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const files = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(files).toHaveLength(4);
    for (const url of files) {
      expect(url).toMatch(/^\/(api\/docs|assets)\//);
      expect((await call({ url })).status).toBe(200);
    }
  });

  it('limits the rate by token, and of strangers by address', async () => {
    const slow = await start({ rateLimitPerMinute: limit });
    const strict = slow.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const viewer = await token('viewer');
    const ask = (given?: string) =>
      call({ url: '/api/openapi.json', ...(given !== undefined && { token: given }) }, strict);
    const statuses = await Promise.all(Array.from({ length: limit }, async () => (await ask(viewer)).status));
    expect(statuses.every((status) => status === 200)).toBe(true);
    const refused = await ask(viewer);
    expect(refused).toMatchObject({ status: 429, body: { code: 'CC_RATE_LIMITED' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const wrong = await Promise.all(
      Array.from({ length: limit + 1 }, async (_, n) => (await ask(`cc_wrong${n}`)).status),
    );
    expect(wrong.filter((status) => status === 429)).toHaveLength(1);
    expect((await call({ url: '/health/ready' }, strict)).status).toBe(200);
    await slow.close();
  });

  it('lets in a right token it has never seen when strangers have used up the address', async () => {
    const slow = await start({ rateLimitPerMinute: limit });
    const strict = slow.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const ask = async (given: string) => (await call({ url: '/api/openapi.json', token: given }, strict)).status;
    const wrong = await Promise.all(Array.from({ length: limit + 5 }, (_, n) => ask(`cc_wrong${n}`)));
    expect(wrong.filter((status) => status === 429)).toHaveLength(5);
    expect(await ask(await token('viewer'))).toBe(200);
    expect(await ask('cc_another')).toBe(429);
    await slow.close();
  });

  it('believes who a caller is of the proxies it was told of, and of nobody else', async () => {
    const counted = async (trusted: string[], forwarded: (n: number) => string) => {
      const slow = await start({ rateLimitPerMinute: 2 }, database, trusted);
      const strict = slow.getHttpAdapter().getInstance() as unknown as FastifyInstance;
      const statuses = [];
      for (let n = 0; n < 4; n++) {
        const headers = { 'x-forwarded-for': forwarded(n) };
        statuses.push((await call({ url: '/nothing', headers, remoteAddress: '10.1.2.3' }, strict)).status);
      }
      await slow.close();
      return statuses;
    };
    const many = (n: number) => `192.0.2.${n}`;
    expect(await counted(['10.0.0.0/8'], many)).toEqual([404, 404, 404, 404]);
    expect(await counted(['10.0.0.0/8'], (n) => `${many(n)}, 198.51.100.7`)).toEqual([404, 404, 429, 429]);
    expect(await counted(['10.9.9.9'], many)).toEqual([404, 404, 429, 429]);
    expect(await counted([], many)).toEqual([404, 404, 429, 429]);
  });

  it('counts a token it knew by itself when strangers have used up its address', async () => {
    const slow = await start({ rateLimitPerMinute: limit });
    const strict = slow.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const viewer = await token('viewer');
    const ask = async (given: string) => (await call({ url: '/api/openapi.json', token: given }, strict)).status;
    expect(await ask(viewer)).toBe(200);
    for (let n = 0; n < limit + 1; n++) await ask(`cc_stranger${n}`);
    expect(await ask('cc_another')).toBe(429);
    // By then the answer about the token is no longer believed, and the database has to be asked again.
    await sleep(5_100);
    expect(await ask(viewer)).toBe(200);
    await slow.close();
  }, 30_000);

  it('answers what is not HTTP with a problem too', async () => {
    await app.listen(0, '127.0.0.1');
    const { port } = new URL(await app.getUrl());
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket
        .on('data', (data) => (text += data.toString()))
        .on('end', () => resolve(text))
        .on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('"code":"CC_REQUEST_INVALID"');
  });

  it('is unavailable, not broken, while PostgreSQL is away', async () => {
    const { url, drop } = await testDatabaseUrl();
    const wire = await wireTo(url);
    const far = new Database({ url: wire.url, description: 'behind a wire', poolSize: 2, entities: identityEntities });
    await far.dataSource.initialize();
    const lonely = await start({}, far);
    const alone = lonely.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    expect((await call({ url: '/health/ready' }, alone)).status).toBe(200);
    wire.cut();
    const answer = await call({ url: '/api/v1/tokens', token: admin }, alone);
    expect(answer).toMatchObject({ status: 503, body: { code: 'CC_DATABASE_UNAVAILABLE' } });
    expect(answer.headers['retry-after']).toBeDefined();
    await sleep(300);
    expect(await call({ url: '/health/ready' }, alone)).toMatchObject({
      status: 503,
      body: { code: 'CC_DATABASE_UNAVAILABLE' },
    });
    await lonely.close();
    await far.close();
    await drop();
  });
});

/** A TCP connection to PostgreSQL that can be cut. */
async function wireTo(url: string): Promise<{ url: string; cut: () => void }> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => sockets.add(socket.on('error', () => undefined));
  const listener = createServer((near) => {
    const far = connect(Number(port), hostname);
    keep(near).add(far.on('error', () => undefined));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const wired = new URL(url);
  wired.hostname = '127.0.0.1';
  wired.port = String((listener.address() as AddressInfo).port);
  const cut = () => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: wired.href, cut };
}
