import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fakeContext, startPlugin, type StartedPlugin } from '@commandcenter/sdk/testing';
import { PrometheusOptions } from '../plugins/prometheus/src/options.js';
import plugin from '../plugins/prometheus/src/index.js';
import { PrometheusAgent } from '../plugins/prometheus/src/prometheus-agent.js';
import { QueryInput, QueryRangeInput } from '../plugins/prometheus/src/query-schema.js';
import { Prometheus, prometheusOnPath } from './support/prometheus.js';

(prometheusOnPath ? describe : describe.skip)('the prometheus plugin asks a real Prometheus', () => {
  let target: Server;
  let prometheus: Prometheus;
  let started: StartedPlugin;
  let agent: PrometheusAgent;

  beforeAll(async () => {
    target = createServer((_, response) => {
      // Prometheus 3 scrapes nothing whose type it is not told.
      response.setHeader('content-type', 'text/plain; version=0.0.4');
      response.end('# TYPE errors gauge\nerrors{service="a"} 3\n');
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port } = target.address() as AddressInfo;
    prometheus = await Prometheus.start('shop', `http://127.0.0.1:${port}/metrics`);
    await prometheus.scrape();
    started = await startPlugin(plugin, PrometheusOptions.parse({ url: prometheus.url }));
    agent = started.get(PrometheusAgent) as PrometheusAgent;
  });

  afterAll(async () => {
    await started?.stop();
    await prometheus?.stop();
    target.closeAllConnections();
    await new Promise((resolve) => target.close(resolve));
  });

  const query = (input: object) => agent.query(QueryInput.parse(input), fakeContext());

  it('at one moment', async () => {
    const answer = await query({ query: 'errors', expect: '== 3' });
    expect(answer).toMatchObject({
      resultType: 'vector',
      value: 3,
      items: [{ labels: { service: 'a', job: 'shop' } }],
    });
    expect(await query({ query: '1 / 0 * vector(1)' })).toMatchObject({ value: '+Inf' });
    expect(await query({ query: 'scalar(vector(2))' })).toMatchObject({ resultType: 'scalar', value: 2 });
  });

  it('over a range', async () => {
    const input = QueryRangeInput.parse({ query: 'errors', start: '-1m', step: '1s', expect: '> 2' });
    const { items } = await agent.queryRange(input, fakeContext());
    expect(items[0]!.values.length).toBeGreaterThan(0);
    expect(items[0]!.values.every(({ value }) => value === 3)).toBe(true);
  });

  it('and tells failures apart', async () => {
    await expect(query({ query: 'errors', expect: '== 0' })).rejects.toThrow(/Expected == 0, but .*service="a".* is 3/);
    await expect(query({ query: 'nothing', expect: '== 0' })).rejects.toThrow('The result is empty');
    await expect(query({ query: 'sum(' })).rejects.toThrow(/does not take the query: .*parse error/);
    await expect(query({ query: 'errors[1m]' })).rejects.toThrow('use prometheus.queryRange');
  });
});
