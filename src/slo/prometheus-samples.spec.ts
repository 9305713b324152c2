import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { freePort } from '../../test/support/free-port.js';
import { samplesOf } from './prometheus-samples.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const vector = (...result: unknown[]) => JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
const noPrometheus = /is no Prometheus$/;

it('asks once for all SLOs, and leaves out what is no number', async () => {
  const asked: string[] = [];
  const host = await serving((request, response) => {
    asked.push(new URL(request.url!, 'http://x').pathname);
    response.end(
      vector({ metric: { slo: 'a' }, value: [1.5, '0.25'] }, { metric: { slo: 'b' }, value: [1.5, 'NaN'] }, { metric: {}, value: [1.5, '+Inf'] }), // prettier-ignore
    );
  });
  expect(await samplesOf(`http://${host}/behind/a-prefix`)).toEqual([
    { labels: { slo: 'a' }, at: new Date(1500), value: 0.25 },
  ]);
  expect(asked).toEqual(['/behind/a-prefix/api/v1/query']);
});

it('sends the password of the address as a header, and tells it nobody', async () => {
  let authorization: string | undefined;
  const host = await serving((request, response) => {
    authorization = request.headers.authorization;
    response.end(vector());
  });
  expect(await samplesOf(`http://hub:top%20secret@${host}`)).toEqual([]);
  expect(authorization).toBe(`Basic ${Buffer.from('hub:top secret').toString('base64')}`);
  const said = await samplesOf(`http://hub:geheim@127.0.0.1:${await freePort()}`);
  expect(said).toBe('Prometheus does not answer: ECONNREFUSED');
});

it.each<[about: string, listener: RequestListener, reason: RegExp]>([
  ['an error', (_, response) => response.writeHead(503).end('starting'), /^Prometheus answered 503$/],
  ['a page', (_, response) => response.end('<!doctype html>'), noPrometheus],
  ['nothing', (_, response) => response.end(), noPrometheus],
  ['other JSON', (_, response) => response.end('[1]'), noPrometheus],
  ['a refusal', (_, response) => response.end('{"status":"error","error":"no","data":{"result":[]}}'), noPrometheus],
  ['values of another kind', (_, response) => response.end(vector({ metric: { a: 1 }, value: [1, '1'] })), noPrometheus], // prettier-ignore
  ['a time after the end of time', (_, response) => response.end(vector({ metric: {}, value: [1e300, '1'] })), noPrometheus], // prettier-ignore
  ['half an answer', (_, response) => response.writeHead(200, { 'content-length': '99' }).write('{', () => response.destroy()), /^Prometheus does not answer: /], // prettier-ignore
  ['no answer', () => undefined, /^Prometheus does not answer within 2000 ms$/],
  ['a beginning without an end', (_, response) => void response.write('{'), /^Prometheus does not answer within 2000 ms$/], // prettier-ignore
])('what answers with %s is a reason', async (_, listener, reason) => {
  expect(await samplesOf(`http://${await serving(listener)}`)).toMatch(reason);
});

it('does not take more than it can hold', async () => {
  const megabyte = Buffer.alloc(1024 * 1024, ' ');
  const host = await serving((_, response) => {
    const more = () => {
      while (response.write(megabyte));
    };
    response.on('drain', more);
    more();
  });
  // Of an endless answer on a slow machine the time may be over first.
  expect(await samplesOf(`http://${host}`)).toMatch(/^Prometheus (answered with more than|does not answer within)/);
});

it('without an address says what to set', async () => {
  expect(await samplesOf(undefined)).toBe('prometheus.url is not set');
});
