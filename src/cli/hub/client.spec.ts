import { problem, stream, TinyHub } from '../../../test/support/cli/tiny-hub.js';
import { HubClient } from './client.js';
import { HubError } from './hub-error.js';
import { collect } from './paging.js';

let hub: TinyHub;
let client: HubClient;
beforeEach(async () => {
  hub = await TinyHub.start();
  client = new HubClient({ url: hub.url, token: 't0ken', source: 'test' });
});
afterEach(() => hub.stop());

describe('the client of the API', () => {
  it('sends the token, the query without what is undefined, and reads JSON', async () => {
    hub.on('GET /runs', { json: { items: [], nextCursor: null } });
    await expect(client.get('runs', { query: { status: 'failed', workflow: undefined, limit: 3 } })).resolves.toEqual({
      items: [],
      nextCursor: null,
    });
    expect(hub.seen[0]?.headers.authorization).toBe('Bearer t0ken');
    expect(hub.seen[0]?.url.search).toBe('?status=failed&limit=3');
  });

  it('keeps a path in front of the API', async () => {
    await expect(
      new HubClient({ url: `${hub.url}/behind/proxy/`, token: undefined, source: 'test' }).get('runs'),
    ).rejects.toThrow('no such route');
    expect(hub.seen[0]?.url.pathname).toBe('/behind/proxy/api/v1/runs');
    expect(hub.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('asks again after a cut connection, a 503 and a 429 where repeating is safe', async () => {
    hub.on('GET /runs', [
      { cut: true },
      problem(503, 'CC_SHUTTING_DOWN', 'bye'),
      problem(429, 'CC_RATE_LIMITED', 'slow'),
      { json: 'there' },
    ]);
    await expect(client.get('runs')).resolves.toBe('there');
    expect(hub.seen).toHaveLength(4);
  });

  it('sends a request that cannot be repeated once only', async () => {
    hub.on('POST /runs/1/cancel', { cut: true });
    await expect(client.post('runs/1/cancel')).rejects.toMatchObject({ code: 'CC_HUB_UNREACHABLE' });
    expect(hub.seen).toHaveLength(1);
  });

  it('does not ask again when the answer would be the same', async () => {
    hub.on('GET /runs/1', problem(404, 'CC_RUN_NOT_FOUND', 'there is no run 1'));
    await expect(client.get('runs/1')).rejects.toMatchObject({
      name: 'HubError',
      status: 404,
      code: 'CC_RUN_NOT_FOUND',
      message: 'there is no run 1',
    });
    expect(hub.seen).toHaveLength(1);
  });

  it('does not sit out a long Retry-After', async () => {
    hub.on('GET /runs', {
      ...problem(503, 'CC_OVERLOADED', 'full'),
      headers: { 'content-type': 'application/problem+json', 'retry-after': '3600' },
    });
    await expect(client.get('runs')).rejects.toMatchObject({ retryAfterSeconds: 3600 });
    expect(hub.seen).toHaveLength(1);
  });

  it('gives up on a hub that hangs', async () => {
    hub.on('GET /runs', { hang: true });
    await expect(client.get('runs', { timeoutMs: 50, attempts: 1 })).rejects.toThrow(
      /does not answer: no answer in time/,
    );
  });

  it('gives up on a stream that never says anything', async () => {
    hub.on('GET /runs/1/stream', { hang: true });
    await expect(client.events('runs/1/stream', { timeoutMs: 50 }).next()).rejects.toThrow(/no answer in time/);
  });

  it('reads a stream, and says so when it is cut in the middle', async () => {
    hub.on('GET /runs/1/stream', { ...stream([7]), open: true });
    const events = client.events('runs/1/stream', {});
    await expect(events.next()).resolves.toMatchObject({ value: { id: '7', data: '{"seq":7}' } });
    const next = events.next();
    void hub.stop();
    await expect(next).rejects.toMatchObject({ code: 'CC_HUB_UNREACHABLE' });
  });

  it('stops at once when it is interrupted, also between attempts', async () => {
    hub.on('GET /runs', problem(503, 'CC_OVERLOADED', 'full'));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(client.get('runs', { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('says what answered when it was no hub', async () => {
    hub.on('GET /runs', { status: 500, body: '<html>', headers: { 'content-type': 'text/html' } });
    const refused = client.get('runs');
    await expect(refused).rejects.toBeInstanceOf(HubError);
    await expect(refused).rejects.toThrow(/answered 500.*not as a CommandCenter hub would/);
    hub.on('GET /runs', { body: '<html>', headers: { 'content-type': 'text/html' } });
    await expect(client.get('runs', { attempts: 1 })).rejects.toThrow(/is .* a CommandCenter hub\?/);
  });

  it('names the address, its source and the reason when nobody listens', async () => {
    const address = hub.url;
    await hub.stop();
    await expect(client.get('runs', { attempts: 1 })).rejects.toThrow(
      new RegExp(`${address} \\(from test\\) does not answer: ECONNREFUSED`),
    );
    hub = await TinyHub.start();
  });
});

describe('paging', () => {
  const numbers = (request: { url: URL }) => {
    const from = Number(request.url.searchParams.get('cursor') ?? 0);
    const to = Math.min(450, from + Number(request.url.searchParams.get('limit')));
    return {
      json: {
        items: Array.from({ length: to - from }, (_, index) => from + index),
        nextCursor: to < 450 ? String(to) : null,
      },
    };
  };

  it('answers one page as it came', async () => {
    hub.on('GET /runs', numbers);
    await expect(collect(client, 'runs', {}, { limit: 3, all: false })).resolves.toEqual({
      items: [0, 1, 2],
      nextCursor: '3',
    });
  });

  it('follows cursors until the limit', async () => {
    hub.on('GET /runs', numbers);
    const page = await collect(client, 'runs', {}, { limit: 250, all: false });
    expect([page.items.length, page.nextCursor]).toEqual([250, '250']);
  });

  it('follows cursors to the end with all', async () => {
    hub.on('GET /runs', numbers);
    const page = await collect(client, 'runs', {}, { limit: 1, all: true });
    expect([page.items.length, page.items.at(-1), page.nextCursor]).toEqual([450, 449, null]);
  });
});
