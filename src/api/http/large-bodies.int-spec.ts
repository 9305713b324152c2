import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { eventually } from '../../../test/support/engine.js';
import { LargeBodies } from './large-bodies.js';

const REST_MS = 1_000;

/** A server that reads bodies of strangers, and strangers that send half of one and wait. */
describe('large bodies of strangers', () => {
  let server: FastifyInstance;
  let port: number;
  let sockets: Socket[];

  beforeEach(async () => {
    const large = new LargeBodies(REST_MS);
    sockets = [];
    server = fastify({ trustProxy: '127.0.0.1', forceCloseConnections: true });
    server.addHook('preParsing', async (request, reply, payload) => large.through(payload, request, reply));
    server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    server.setErrorHandler((error: Error & { code?: string }, _request, reply) => reply.code(503).send(error.code));
    server.post('/', (request) => String((request.body as Buffer).length));
    await server.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = server.server.address() as AddressInfo);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  /** Resolves when all it sends is on its way. */
  const hang = async (from: string, sent: number, head = 'Content-Length: 100000') => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    const about = `POST / HTTP/1.1\r\nHost: hub\r\nX-Forwarded-For: ${from}\r\nContent-Type: a/b\r\n${head}\r\n\r\n`;
    await new Promise((resolve) => socket.write(about + 'x'.repeat(sent), resolve));
    return socket;
  };
  const send = async (from: string, bytes: number) => {
    const headers = { 'x-forwarded-for': from, 'content-type': 'a/b' };
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: 'x'.repeat(bytes) });
    return `${answer.status} ${await answer.text()}`;
  };
  const many = (count: number, one: (n: number) => Promise<unknown>) => Promise.all(Array.from({ length: count }, (_, n) => one(n))); // prettier-ignore
  const full = '503 CC_OVERLOADED';

  it('keep nobody out while they are announced and do not come', async () => {
    await many(70, (n) => hang('192.0.2.1', n % 2 ? 0 : 1_000, n % 3 ? undefined : 'Transfer-Encoding: chunked'));
    expect(await send('192.0.2.1', 100_000)).toBe('200 100000');
  });

  it('are eight of one address; small ones, and those of other addresses, are taken', async () => {
    await many(8, () => hang('192.0.2.1', 70_000));
    await eventually(async () => expect(await send('192.0.2.1', 100_000)).toBe(full));
    expect(await send('192.0.2.1', 60_000)).toBe('200 60000');
    expect(await send('192.0.2.2', 100_000)).toBe('200 100000');
  });

  it('are sixty-four of all addresses', async () => {
    await many(64, (n) => hang(`192.0.2.${n % 8}`, 70_000));
    await eventually(async () => expect(await send('192.0.2.99', 100_000)).toBe(full));
    expect(await send('192.0.2.99', 60_000)).toBe('200 60000');
  });

  it('are cut when they do not arrive in time, and leave their places', async () => {
    const hung = await Promise.all(Array.from({ length: 8 }, () => hang('192.0.2.1', 70_000)));
    await eventually(async () => expect(await send('192.0.2.1', 100_000)).toBe(full));
    await Promise.all(hung.map((socket) => once(socket, 'close')));
    expect(await send('192.0.2.1', 100_000)).toBe('200 100000');
  });

  it('leave their places when they are answered, and when whoever sends them goes', async () => {
    for (let n = 0; n < 20; n++) expect(await send('192.0.2.1', 100_000)).toBe('200 100000');
    const hung = await Promise.all(Array.from({ length: 8 }, () => hang('192.0.2.1', 70_000)));
    await eventually(async () => expect(await send('192.0.2.1', 100_000)).toBe(full));
    for (const socket of hung.slice(0, 4)) socket.destroy();
    await eventually(async () => expect(await send('192.0.2.1', 100_000)).toBe('200 100000'));
  });
});
