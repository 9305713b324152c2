import { definePlugin, type MetricSpec } from '@commandcenter/sdk';
import { metrics } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { ScrapeExporter } from '../../telemetry/sdk/scrape-exporter.js';
import { Gauges, MetricService } from '../../telemetry/index.js';
import { aboutMetrics } from './check-metrics.js';
import { HubPluginMetrics } from './plugin-metrics.js';

const sent: MetricSpec = { kind: 'counter', unit: '{message}', description: 'Sent', labels: { how: ['well', 'badly'], kind: ['a', 'b'] } }; // prettier-ignore
const open: MetricSpec = { kind: 'counter', unit: '1', description: 'Open', labels: { how: ['well'], who: null } };
const took: MetricSpec = { kind: 'histogram', unit: 's', description: 'Took', boundaries: [0.5, 1, 30] };
const waiting: MetricSpec = { kind: 'gauge', unit: '1', description: 'Waits', labels: { lane: null } };
const declared = { p_sent_total: sent, p_open_total: open, p_took: took, p_waiting: waiting };

describe('the metrics of a plugin', () => {
  const reader = new ScrapeExporter();
  let port: HubPluginMetrics;
  beforeAll(() => {
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
    const meters = new MetricService();
    port = new HubPluginMetrics('p', declared, meters, new Gauges(meters));
  });
  afterAll(() => metrics.disable());

  const points = async (name: string) => {
    const { resourceMetrics } = await reader.collect();
    const found = resourceMetrics.scopeMetrics
      .flatMap((scope) => scope.metrics)
      .find((m) => m.descriptor.name === name);
    return (found?.dataPoints ?? []).map(({ attributes, value }) => ({ ...attributes, value }));
  };

  it('are born at 0 where all lists are closed, and nowhere else', async () => {
    expect(await points('p_sent_total')).toEqual([
      { how: 'well', kind: 'a', value: 0 },
      { how: 'well', kind: 'b', value: 0 },
      { how: 'badly', kind: 'a', value: 0 },
      { how: 'badly', kind: 'b', value: 0 },
    ]);
    expect(await points('p_open_total')).toEqual([]);
  });

  it('keep 100 values of an open list, and call the rest _other', async () => {
    for (let n = 0; n < 150; n++) port.add('p_open_total', 1, { how: 'well', who: `w${n}` });
    port.add('p_open_total', 2, { how: 'well', who: 'w7' });
    const seen = await points('p_open_total');
    expect(seen).toHaveLength(101);
    expect(seen).toContainEqual({ how: 'well', who: 'w7', value: 3 });
    expect(seen).toContainEqual({ how: 'well', who: '_other', value: 50 });
  });

  it('have the boundaries of the manifest, and gauges that are read when asked', async () => {
    port.record('p_took', 0.7);
    port.watch('p_waiting', async () => [{ value: 3, labels: { lane: 'a' } }]);
    expect(await points('p_took')).toMatchObject([{ value: { count: 1, buckets: { boundaries: [0.5, 1, 30], counts: [0, 1, 0, 0] } } }]); // prettier-ignore
    expect(await points('p_waiting')).toEqual([{ lane: 'a', value: 3 }]);
  });

  it.each<[string, () => void]>([
    ['an instrument that is not declared', () => port.add('p_other_total', 1)],
    ['another kind', () => port.record('p_sent_total', 1)],
    ['a label that is not declared', () => port.add('p_sent_total', 1, { how: 'well', kind: 'a', x: '1' })],
    ['a label that is missing', () => port.add('p_sent_total', 1, { how: 'well' })],
    ['a value outside of a closed list', () => port.add('p_sent_total', 1, { how: 'so so', kind: 'a' })],
    ['a counter that shrinks', () => port.add('p_open_total', -1, { how: 'well', who: 'x' })],
    ['what is no number', () => port.record('p_took', NaN)],
    ['a second reader', () => port.watch('p_waiting', () => [])],
  ])('refuse %s', (_, call) => expect(call).toThrow(/p_/));
});

it('are checked as a whole when the plugin is loaded', () => {
  const problems = (given: unknown, name = 'p') =>
    [...aboutMetrics(definePlugin({ name, version: '1.0.0', hub: '*', agents: [], metrics: given as never }))].map(({ path }) => path); // prettier-ignore
  const forty = Array.from({ length: 40 }, (_, n) => String(n));
  expect(problems(declared)).toEqual([]);
  expect(problems([])).toEqual(['metrics']);
  expect(
    problems({
      'p-dash': took,
      other_total: sent,
      p_a: null,
      p_b: { kind: 'summary' },
      p_c: { ...took, boundaries: [1, 1] },
      p_d: { ...sent, boundaries: [1] },
      p_e: { ...sent, labels: { le: null, __x: null, ok: [], twice: ['a', 'a'] } },
      p_f: { ...sent, labels: { a: forty, b: forty } },
      p_g: { ...sent },
      p_g_total: { ...sent },
    }),
  ).toEqual([
    'metrics.p-dash',
    'metrics.other_total',
    'metrics.p_a',
    'metrics.p_b.kind',
    'metrics.p_b.unit',
    'metrics.p_b.description',
    'metrics.p_c.boundaries',
    'metrics.p_d.boundaries',
    'metrics.p_e.labels.le',
    'metrics.p_e.labels.__x',
    'metrics.p_e.labels.ok',
    'metrics.p_e.labels.twice',
    'metrics.p_f.labels',
    'metrics.p_g_total',
  ]);
  expect(problems({ workflow_runs: sent }, 'workflow')).toEqual(['metrics.workflow_runs']);
  expect(problems({ a_b_total: sent }, 'a-b')).toEqual([]);
});
