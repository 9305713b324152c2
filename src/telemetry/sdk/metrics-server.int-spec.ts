import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { MetricsServer } from './metrics-server.js';

const loopback = '127.0.0.1';
const refuse = (error: NodeJS.ErrnoException): void => {
  throw error;
};

describe('the metrics server', () => {
  let server: MetricsServer;
  beforeEach(() => {
    server = new MetricsServer();
    const meter = new MeterProvider({ readers: [server.reader] }).getMeter('some-scope', '1.2.3');
    meter.createCounter('things_total', { description: 'Things' }).add(3, { kind: 'good' });
  });
  afterEach(() => server.close());

  it('picks a free port, says which, and prints no scope', async () => {
    const url = (await server.listen(loopback, 0, refuse))!;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/metrics$/);
    const response = await fetch(url);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const text = await response.text();
    expect(text).toContain('# HELP things_total Things\n# TYPE things_total counter\n');
    expect(text).toContain('things_total{kind="good"} 3');
    expect(text).not.toContain('some-scope');
  });

  it('names an address of IPv6 so that it can be called', async () => {
    const url = await server.listen('::1', 0, refuse).catch(() => undefined);
    if (url === undefined) return; // no IPv6 here
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
    expect((await fetch(url)).status).toBe(200);
  });

  it.each([
    ['GET', '/metrics?format=text', 200],
    ['GET', '/', 404],
    ['GET', '/metricsx', 404],
    ['POST', '/metrics', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    const url = (await server.listen(loopback, 0, refuse))!;
    expect((await fetch(new URL(path, url), { method })).status).toBe(status);
  });

  it('says why it cannot listen, and the hub goes on', async () => {
    const other = createServer().listen(0, loopback);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const reasons: (string | undefined)[] = [];
    expect(await server.listen(loopback, port, ({ code }) => reasons.push(code))).toBeUndefined();
    expect(reasons).toEqual(['EADDRINUSE']);
    await server.close(); // nothing to close
    await new Promise((resolve) => other.close(resolve));
    expect(await server.listen(loopback, port, refuse)).toBe(`http://${loopback}:${port}/metrics`);
  });

  it('closes at once, whoever is still connected', async () => {
    const url = (await server.listen(loopback, 0, refuse))!;
    await (await fetch(url)).text(); // its connection is kept alive
    await server.close();
    await expect(fetch(url)).rejects.toThrow();
  });
});
