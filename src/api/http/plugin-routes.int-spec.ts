import { createHmac, timingSafeEqual } from 'node:crypto';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { definePlugin, PluginOptions, Public, type RawRequest, type RequestVerifier, Role } from '@commandcenter/sdk';
import {
  BadGatewayException,
  Body,
  ConflictException,
  Controller,
  Get,
  HttpCode,
  Inject,
  Injectable,
  InternalServerErrorException,
  Param,
  Post,
  ServiceUnavailableException,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication, RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { testDatabase } from '../../../test/support/database.js';
import { eventually } from '../../../test/support/engine.js';
import { type Config, ConfigModule, loadConfig } from '../../config/index.js';
import { Database, DatabaseModule } from '../../database/index.js';
import { CcError } from '../../errors/index.js';
import { EventsModule } from '../../events/index.js';
import { identityEntities, IdentityModule, Secrets, Tokens, type Role as RoleName } from '../../identity/index.js';
import { JobsModule, type JobsRole } from '../../jobs/index.js';
import { type LoadedPlugin, PluginHostModule } from '../../plugin-host/index.js';
import { TelemetryModule } from '../../telemetry/index.js';
import { configureApp } from '../configure-app.js';
import { fastifyAdapter } from './fastify-adapter.js';

const key = 'k';
const sign = (body: Buffer | string) => createHmac('sha256', key).update(body).digest('hex');

@Injectable()
class Signature implements RequestVerifier {
  static seen: RawRequest[] = [];
  constructor(private readonly options: PluginOptions<{ key: string }>) {}
  verify(request: RawRequest): boolean {
    Signature.seen.push(request);
    const given = Buffer.from(String(request.headers['x-signature']));
    if (request.headers['x-signature'] === 'bomb') throw new Error('a bomb');
    const right = Buffer.from(createHmac('sha256', this.options.value.key).update(request.body).digest('hex'));
    return given.length === right.length && timingSafeEqual(given, right);
  }
}

@Injectable()
class Truthy implements RequestVerifier {
  verify() {
    return 'yes' as unknown as boolean;
  }
}

class Base {
  @Get('shared')
  shared() {
    return 'shared';
  }
}

@Controller('things')
class Things extends Base {
  constructor(@Inject('GREETING') private readonly greeting: string) {
    super();
  }
  @Get(':id')
  @Role('viewer')
  one(@Param('id') id: string) {
    return { id, greeting: this.greeting };
  }
  @Post()
  @Role('operator')
  @HttpCode(202)
  make(@Body() body: unknown) {
    return { body };
  }
  @Get('closed/by/default')
  // What a plugin says to Fastify itself does not open a route.
  @RouteConfig({ access: 'public' })
  closed() {
    return 'closed';
  }
  @Get('throws/:what')
  @Role('viewer')
  throws(@Param('what') what: string) {
    const upstream = Object.assign(new Error('internal address 10.0.0.7'), { statusCode: 404, code: 'ECONNREFUSED' });
    switch (what) {
      case 'conflict': throw new ConflictException('there already'); // prettier-ignore
      case 'busy': throw new ServiceUnavailableException('later'); // prettier-ignore
      case 'broken': throw new InternalServerErrorException('at 10.0.0.7'); // prettier-ignore
      case 'gateway': throw new BadGatewayException('at 10.0.0.7'); // prettier-ignore
      case 'coded': throw new CcError('CC_DATABASE_UNAVAILABLE', 'not now', { retryAfter: 7 }); // prettier-ignore
      default: throw upstream; // prettier-ignore
    }
  }
}

@Controller()
@Role('viewer')
class Others extends Base {}

@Controller('hook')
@Public({ verify: Signature })
class Hook {
  @Post()
  take(@Body() body: unknown) {
    return Buffer.isBuffer(body) ? { bytes: body.toString('hex') } : { body: body ?? null };
  }
  @Get()
  look() {
    return 'seen';
  }
  @Post('truthy')
  @Public({ verify: Truthy })
  truthy() {
    return 'in';
  }
  @Post('inside')
  @Role('admin')
  inside() {
    return 'inside';
  }
}

describe('routes of a plugin', () => {
  let database: Database;
  let app: NestFastifyApplication;
  let server: FastifyInstance;
  const tokens: Partial<Record<RoleName, string>> = {};

  const start = async (engine: Partial<Config['engine']> = {}, role: JobsRole = 'api') => {
    const config = loadConfig({}, '/nowhere');
    const own: Config = { ...config, engine: { ...config.engine, rateLimitPerMinute: 100_000, ...engine } };
    const settings = ConfigModule.with(own);
    const telemetry = TelemetryModule.with(false, settings);
    const base = [settings, telemetry, DatabaseModule.with(database, telemetry)];
    const jobs = JobsModule.with('api', ...base);
    const identity = IdentityModule.with(new Secrets(own, () => undefined), ...base);
    const manifest = definePlugin({
      name: 'shop',
      version: '1.0.0',
      hub: '*',
      agents: [],
      providers: [Signature, Truthy, { provide: 'GREETING', useValue: 'hello' }],
      controllers: [Things, Others, Hook],
    });
    const loaded: LoadedPlugin = {
      use: 'shop',
      manifest,
      options: { key },
      grants: new Set(),
      agents: [],
      workflows: [],
    };
    const host = PluginHostModule.with(
      { loaded: [loaded], skipped: [] },
      role,
      ...base,
      jobs,
      EventsModule.with(...base, jobs),
      identity,
    );
    const module = { module: class Hub {}, imports: [host, identity, telemetry] };
    const made = await NestFactory.create<NestFastifyApplication>(module, fastifyAdapter(own), { logger: false });
    configureApp(made);
    await made.init();
    return made;
  };
  const serverOf = (of: NestFastifyApplication) => of.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const call = async (
    url: string,
    { role, headers, ...rest }: InjectOptions & { role?: RoleName } = {},
    to = server,
  ) => {
    const authorization = role && { authorization: `Bearer ${tokens[role]}` };
    const response = await to.inject({
      url: `/plugins/shop${url}`,
      ...rest,
      headers: { ...authorization, ...headers },
    });
    const json = String(response.headers['content-type']).includes('json');
    return {
      status: response.statusCode,
      headers: response.headers,
      body: json ? response.json<any>() : response.body,
    };
  };
  const hook = (payload: Buffer | string, headers: Record<string, string> = {}, to = server) =>
    call('/hook', { method: 'POST', payload, headers: { 'x-signature': sign(payload), ...headers } }, to);

  beforeAll(async () => {
    database = await testDatabase({ entities: identityEntities });
    for (const role of ['viewer', 'operator', 'admin'] as const) {
      const made = await new Tokens(database).create({ name: role, role, approver: false, expiresAt: null });
      tokens[role] = made.token;
    }
    app = await start();
    server = serverOf(app);
  });
  afterAll(async () => {
    await app.close();
    await database.close();
  });

  it('stand below its name, with what the plugin provides, for the roles it says', async () => {
    expect(await call('/things/7', { role: 'viewer' })).toMatchObject({
      status: 200,
      body: { id: '7', greeting: 'hello' },
    });
    expect((await call('/things/7')).status).toBe(401);
    const post = { method: 'POST', payload: { a: 1 } } as const;
    expect(await call('/things', { ...post, role: 'viewer' })).toMatchObject({
      status: 403,
      body: { code: 'CC_FORBIDDEN' },
    });
    expect(await call('/things', { ...post, role: 'operator' })).toMatchObject({
      status: 202,
      body: { body: { a: 1 } },
    });
    const direct = await server.inject({ url: '/things/7', headers: { authorization: `Bearer ${tokens.admin}` } });
    expect(direct.statusCode).toBe(404);
  });

  it('are for admins where nothing was said, and each class speaks for what it inherits', async () => {
    for (const [url, role, status] of [
      ['/things/closed/by/default', undefined, 401],
      ['/things/closed/by/default', 'operator', 403],
      ['/things/closed/by/default', 'admin', 200],
      ['/things/shared', 'operator', 403],
      ['/shared', 'viewer', 200],
      ['/hook/inside', 'operator', 403],
      ['/hook/inside', 'admin', 201],
    ] as const) {
      const method = url === '/hook/inside' ? 'POST' : 'GET';
      expect([url, role, (await call(url, { method, ...(role && { role }) })).status]).toEqual([url, role, status]);
    }
  });

  it.each([
    ['conflict', 409, 'CC_PLUGIN_REFUSED', 'there already'],
    ['busy', 503, 'CC_PLUGIN_REFUSED', 'later'],
    ['broken', 500, 'CC_INTERNAL', 'the log'],
    ['gateway', 502, 'CC_PLUGIN_REFUSED', 'the log'],
    ['coded', 503, 'CC_DATABASE_UNAVAILABLE', 'not now'],
    ['upstream', 500, 'CC_INTERNAL', 'the log'],
  ])('answer what is thrown with a problem, and nothing of the inside: %s', async (what, status, code, words) => {
    const answer = await call(`/things/throws/${what}`, { role: 'viewer' });
    expect(answer).toMatchObject({ status, body: { status, code, detail: expect.stringContaining(words) } });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(JSON.stringify(answer)).not.toContain('10.0.0.7');
    if (status === 503) expect(answer.headers['retry-after']).toBeDefined();
  });

  describe('that verify what they get', () => {
    beforeEach(() => (Signature.seen = []));

    it('have the body byte for byte, and let in who signed it', async () => {
      const bytes = Buffer.from([0x7b, 0xff, 0x00, 0xc3, 0x28, 0x0d, 0x0a, 0x7d]);
      for (const type of ['application/octet-stream', 'text/plain', 'application/x-www-form-urlencoded', 'image/png']) {
        expect(await hook(bytes, { 'content-type': type })).toMatchObject({
          status: 201,
          body: { bytes: bytes.toString('hex') },
        });
      }
      expect(Signature.seen.map(({ body }) => body)).toEqual([bytes, bytes, bytes, bytes]);
      const json = '{ "a":\t[1] }';
      expect(await hook(json, { 'content-type': 'application/json' })).toMatchObject({
        status: 201,
        body: { body: { a: [1] } },
      });
      expect(await hook(json, { 'content-type': 'application/cloudevents+json; charset=utf-8' })).toMatchObject({ body: { body: { a: [1] } } }); // prettier-ignore
      expect(Signature.seen.at(-1)).toMatchObject({
        method: 'POST',
        url: '/plugins/shop/hook',
        body: Buffer.from(json),
      });
      expect((await call('/hook?x=1', { headers: { 'x-signature': sign('') } })).status).toBe(200);
      expect(Signature.seen.at(-1)).toMatchObject({
        method: 'GET',
        url: '/plugins/shop/hook?x=1',
        body: Buffer.alloc(0),
      });
    });

    it('refuse whoever did not, before anything is parsed', async () => {
      const forged = { 'x-signature': sign('other'), 'content-type': 'application/json' };
      for (const payload of ['{"a":1}', '{ broken', '['.repeat(5_000), '', Buffer.from([0xff])]) {
        const answer = await hook(payload, forged);
        expect(answer).toMatchObject({ status: 401, body: { code: 'CC_UNAUTHENTICATED' } });
      }
      expect((await hook('{}', { 'x-signature': 'bomb' })).status).toBe(401);
      const admin = { authorization: `Bearer ${tokens.admin}` };
      expect((await hook('{}', { ...forged, ...admin })).status).toBe(401);
      expect((await call('/hook/truthy', { method: 'POST' })).status).toBe(401);
    });

    it('answer genuine nonsense with 400, and what is too large with 413', async () => {
      const type = { 'content-type': 'application/json' };
      expect(await hook('{ broken', type)).toMatchObject({ status: 400, body: { code: 'CC_REQUEST_INVALID', problems: [{ path: 'body' }] } }); // prettier-ignore
      expect(await hook('['.repeat(65) + ']'.repeat(65), type)).toMatchObject({ status: 400, body: { detail: expect.stringContaining('deeper') } }); // prettier-ignore
      expect(await hook('{"__proto__":{"a":1}}', type)).toMatchObject({ status: 400 });
      expect(await hook('', type)).toMatchObject({ status: 201, body: { body: null } });
      const large = await hook('x'.repeat(1_048_577), type);
      expect(large).toMatchObject({ status: 413, body: { code: 'CC_REQUEST_TOO_LARGE' } });
      expect(Signature.seen).toHaveLength(4);
    });

    it('are reached by who is genuine while forged requests of the same address are far too many', async () => {
      const small = await start({ rateLimitPerMinute: 5 });
      try {
        const to = serverOf(small);
        const forged = [];
        for (let n = 0; n < 8; n++) forged.push((await hook('{}', { 'x-signature': 'no' }, to)).status);
        expect(forged).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
        expect((await hook('{}', {}, to)).status).toBe(201);
        // Nor do they use up what other strangers have.
        expect((await to.inject({ url: '/nothing' })).statusCode).toBe(404);
        const genuine = [];
        for (let n = 0; n < 6; n++) genuine.push((await hook('{}', {}, to)).status);
        expect(genuine).toEqual([201, 201, 201, 201, 429, 429]);
      } finally {
        await small.close();
      }
    });
  });

  it('hold few large bodies of a stranger at once, and none that is only announced', async () => {
    const open = await start();
    await open.listen(0, '127.0.0.1');
    const { port } = open.getHttpServer().address() as AddressInfo;
    const sockets: Socket[] = [];
    const begin = (length: string, sent = 0) => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      sockets.push(socket);
      socket.write(`POST /plugins/shop/hook HTTP/1.1\r\nHost: hub\r\n${length}\r\n\r\n${'x'.repeat(sent)}`);
    };
    const deliver = async (body: string) => {
      const headers = { 'x-signature': sign(body), 'content-type': 'text/plain' };
      const answer = await fetch(`http://127.0.0.1:${port}/plugins/shop/hook`, { method: 'POST', headers, body });
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    try {
      for (let n = 0; n < 70; n++) begin(n % 2 ? 'Transfer-Encoding: chunked' : 'Content-Length: 70000');
      expect(await deliver('x'.repeat(100_000))).toEqual([201, undefined]);
      for (let n = 0; n < 8; n++) begin('Content-Length: 100000', 70_000);
      await eventually(async () => expect(await deliver('x'.repeat(100_000))).toEqual([503, 'CC_OVERLOADED']));
      expect(await deliver('{}')).toEqual([201, undefined]);
    } finally {
      for (const socket of sockets) socket.destroy();
      await open.close();
    }
  });

  it('are none on a worker', async () => {
    const worker = await start({}, 'worker');
    const urls = serverOf(worker).registeredRoutes.map(({ url }) => url);
    expect(urls.filter((url) => url.startsWith('/plugins'))).toEqual([]);
    await worker.close();
  });
});
