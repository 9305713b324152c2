import { setTimeout as sleep } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RunStreams } from '../src/api/stream/run-streams.js';
import { createApp } from '../src/app.module.js';
import { loadConfig } from '../src/config/index.js';
import { Secrets } from '../src/identity/index.js';
import { CheckedHub, noRun, refusal } from './support/api/checked-hub.js';
import { browse, openSession } from './support/api/browsing.js';
import { EventSourceClient } from './support/api/event-source.js';
import { TestHub } from './support/api/hub.js';
import { SlowServer } from './support/process/slow-server.js';

interface Ended {
  readonly id: string;
  readonly user: string;
  readonly cookie: string;
}

const whole = ['RunCreated', 'RunStarted', 'StepStarted', 'StepSucceeded', 'RunSucceeded', 'end'];

describe('the stream of a run', () => {
  let checked: CheckedHub;
  let world: SlowServer;
  let viewer: string;
  beforeAll(async () => {
    checked = await CheckedHub.start();
    world = await SlowServer.listen();
    viewer = await checked.hub.token('viewer');
  });
  afterEach(() => world.answerAll());
  afterAll(async () => {
    await checked.close();
    await world.close();
  });

  const path = (id: string, query = '') => `/api/v1/runs/${id}/stream${query}`;
  const open = (id: string, { query = '', headers = {}, url = checked.hub.url, method = 'GET' } = {}) =>
    EventSourceClient.open(url + path(id, query), { authorization: `Bearer ${viewer}`, ...headers }, method);
  const start = async (workflow: string, input = {}) => (await checked.startRun(workflow, { input })).body.id as string;
  /** A run whose only step is under way until the world answers. */
  const underWay = async () => {
    const id = await start('asks', { url: world.url });
    await world.arrival();
    return id;
  };
  const streams = () => checked.hub.app.get(RunStreams, { strict: false });

  it('tells the events of a run as they happen, and ends with it', async () => {
    const id = await underWay();
    const stream = await open(id);
    expect([stream.response.statusCode, stream.response.headers['content-type']]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    await stream.until(({ types }) => types.includes('RunStarted'));
    expect(stream.types).not.toContain('StepSucceeded');
    expect(stream.closed).toBe(false);
    world.answerAll();
    await stream.end();
    expect(stream.types).toEqual(whole);
    expect(stream.ids).toEqual([1, 2, 3, 4, 5]);
    expect(stream.events.at(-1)!.data).toEqual({ status: 'succeeded' });
    const { items } = (await checked.call(`/api/v1/runs/${id}/events`)).body as { items: unknown[] };
    expect(stream.events.slice(0, -1).map(({ data }) => data as unknown)).toEqual(items);
    expect(streams().count).toBe(0);
  });

  it('tells all of a run that has ended', async () => {
    const id = await start('hello');
    await checked.hub.ended(id);
    expect((await (await open(id)).end()).types).toEqual(whole);
  });

  it.each([
    ['Last-Event-ID', { headers: { 'last-event-id': '3' } }],
    ['?after=', { query: '?after=3' }],
    ['Last-Event-ID before ?after=', { query: '?after=1', headers: { 'last-event-id': '3' } }],
  ])('goes on after %s, in the middle of a row of two events too', async (_name, options) => {
    const id = await start('hello');
    await checked.hub.ended(id);
    expect((await (await open(id, options)).end()).ids).toEqual([4, 5]);
  });

  it('loses nothing and repeats nothing over a client that is cut off again and again', async () => {
    const id = await underWay();
    const seen: number[] = [];
    const part = async (fits: (client: EventSourceClient) => boolean) => {
      const stream = await open(id, { headers: { 'last-event-id': String(seen.at(-1) ?? 0) } });
      await stream.until(fits);
      seen.push(...stream.ids);
      stream.cut();
    };
    await part(({ ids }) => ids.includes(2));
    world.answerAll();
    await part(({ closed }) => closed);
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });

  it('answers 204 where nothing can come any more: EventSource stays away', async () => {
    const id = await start('hello');
    await checked.hub.ended(id);
    const answer = await checked.call(path(id), { headers: { 'last-event-id': '5' } });
    expect([answer.status, answer.body]).toEqual([204, '']);
  });

  it('works for a session of a browser, and not without a token', async () => {
    const id = await start('hello');
    await checked.hub.ended(id);
    const { cookie } = await openSession(checked, viewer);
    const stream = await EventSourceClient.open(checked.hub.url + path(id), { cookie });
    expect((await stream.end()).types).toEqual(whole);
    expect(refusal(await checked.call(path(id), { token: null }))).toEqual([401, 'CC_UNAUTHENTICATED']);
  });

  it('refuses a run that is not there and a seq that is none', async () => {
    expect(refusal(await checked.call(path(noRun)))).toEqual([404, 'CC_RUN_NOT_FOUND']);
    for (const after of ['-1', 'x', '1e3', '99999999999', '2147483648', '1.5', ''])
      expect([after, ...refusal(await checked.call(path(noRun, `?after=${after}`)))]).toEqual([
        after,
        400,
        'CC_REQUEST_INVALID',
      ]);
  });

  it('of HEAD holds no place', async () => {
    const id = await underWay();
    const stream = await open(id, { method: 'HEAD' });
    await stream.end();
    expect([stream.response.statusCode, streams().count]).toEqual([200, 0]);
  });

  it('has comments while nothing happens, and ends soon after its token was revoked', async () => {
    const id = await underWay();
    const before = streams().times;
    streams().times = { ...before, beatMs: 50 };
    const made = (await checked.post('/api/v1/tokens', { name: 'soon gone', role: 'viewer' })).body as {
      id: string;
      token: string;
    };
    const stream = await open(id, { headers: { authorization: `Bearer ${made.token}` } });
    await stream.until(({ comments }) => comments >= 3);
    await checked.call(`/api/v1/tokens/${made.id}`, { method: 'DELETE' });
    await stream.end();
    expect(stream.types).not.toContain('end');
    streams().times = before;
  });

  it.each([
    ['token was revoked', ({ id }: Ended) => checked.call(`/api/v1/tokens/${id}`, { method: 'DELETE' })],
    [
      'user was disabled',
      ({ user }: Ended) => checked.call(`/api/v1/users/${user}`, { method: 'PATCH', body: { disabled: true } }),
    ],
    ['user was deleted', ({ user }: Ended) => checked.call(`/api/v1/users/${user}`, { method: 'DELETE' })],
    [
      'session was ended',
      ({ cookie }: Ended) =>
        browse(checked, '/session', cookie, { method: 'DELETE', headers: { origin: checked.hub.url } }),
    ],
  ])('ends with its %s, and not at the next beat', async (how, end) => {
    const id = await underWay();
    const user = how.replaceAll(' ', '-');
    await checked.post('/api/v1/users', { name: user, role: 'viewer' });
    const made = (await checked.post('/api/v1/tokens', { name: user, role: 'viewer', user })).body as {
      id: string;
      token: string;
    };
    const { cookie } = await openSession(checked, made.token);
    const stream = await EventSourceClient.open(checked.hub.url + path(id), { cookie });
    await stream.until(({ types }) => types.includes('StepStarted'));
    const from = performance.now();
    expect((await end({ id: made.id, user, cookie })).status).toBeLessThan(300);
    await stream.end();
    expect(performance.now() - from).toBeLessThan(10_000); // a beat is 15 s
    expect(stream.types).not.toContain('end');
  });

  it('is for so many readers of a token, whose places come back', async () => {
    const strict = await TestHub.start(
      { 'asks.yaml': 'id: asks\nsteps:\n  ask: { uses: http.request, with: { url: "${{ input.url }}" } }\n' },
      { maxStreamsPerToken: 2, maxStreams: 3, graceMs: 300 },
    );
    const { id } = (await strict.post('/api/v1/workflows/asks/runs', { input: { url: world.url } })).body as {
      id: string;
    };
    const [a, b] = [await strict.token('viewer'), await strict.token('viewer')];
    const connect = (token: string) =>
      EventSourceClient.open(strict.url + path(id), { authorization: `Bearer ${token}` });
    const held = [await connect(a), await connect(a)];
    const third = await strict.call(path(id), { token: a });
    expect([...refusal(third), third.headers.get('retry-after')]).toEqual([429, 'CC_TOO_MANY_STREAMS', '5']);
    held.push(await connect(b));
    expect(refusal(await strict.call(path(id), { token: b }))).toEqual([503, 'CC_OVERLOADED']);
    held[0]!.cut();
    const own = strict.app.get(RunStreams, { strict: false });
    while (own.count > 2) await sleep(10);
    held[0] = await connect(a);
    expect(held[0].response.statusCode).toBe(200);
    // Shutting down ends what is open, and does not wait for the runs.
    const left = held.map((client) => client.end());
    await strict.close();
    for (const client of await Promise.all(left)) expect(client.types).not.toContain('end');
  });

  it('keeps little for a client that does not read, and drops it', async () => {
    const before = streams().times;
    streams().times = { ...before, stallMs: 300 };
    const id = await start('hello');
    await checked.hub.ended(id);
    // 60 events of 200 KB: far more than sockets take by themselves.
    await checked.hub.database.pool.query(
      `INSERT INTO run_event (run_id, seq, type, data, at)
       SELECT $1, n, 'CostReported', json_build_object('text', repeat(md5(n::text), 6400))::text, now() FROM generate_series(6, 65) AS n`,
      [id],
    );
    await checked.hub.database.pool.query('UPDATE run SET seq = 65, finished_at = NULL, status = $2 WHERE id = $1', [
      id,
      'running',
    ]);
    const slow = await open(id);
    slow.response.pause();
    while (streams().count === 0) await sleep(5);
    const began = Date.now();
    while (streams().count > 0 && Date.now() - began < 10_000) await sleep(20);
    expect(streams().count).toBe(0);
    const reader = await open(id, { query: '?after=5' });
    await reader.until(({ ids }) => ids.length === 60);
    expect(reader.ids).toEqual(Array.from({ length: 60 }, (_, n) => n + 6));
    reader.cut();
    streams().times = before;
    await checked.hub.database.pool.query(`UPDATE run SET finished_at = now(), status = 'failed' WHERE id = $1`, [id]);
  });

  describe('on a replica that does not drive the run', () => {
    let other: NestFastifyApplication;
    beforeAll(async () => {
      const config = loadConfig({}, process.cwd());
      const own = { ...config, workflows: [], plugins: [], prometheus: {} };
      const quiet = { log: () => undefined, error: () => undefined, warn: () => undefined };
      other = await createApp(own, checked.hub.database, new Secrets(own, () => undefined), 'api', quiet);
      await other.listen(0, '127.0.0.1');
    });
    afterAll(() => other.close());

    it('tells the same', async () => {
      const id = await underWay();
      const url = await other.getUrl();
      const readers = await Promise.all([open(id, { url }), open(id, { url }), open(id)]);
      await Promise.all(readers.map((reader) => reader.until(({ types }) => types.includes('RunStarted'))));
      world.answerAll();
      await Promise.all(readers.map((reader) => reader.end()));
      for (const reader of readers) expect([reader.types, reader.ids]).toEqual([whole, [1, 2, 3, 4, 5]]);
    });
  });
});
