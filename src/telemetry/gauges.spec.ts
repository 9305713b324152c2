import { Logger } from '@nestjs/common';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { Gauges, type Reading } from './gauges.js';
import type { Instrument } from './names.js';
import type { MetricService } from './nest-otel.js';
import { ScrapeExporter } from './sdk/scrape-exporter.js';

const gauge = (name: string): Instrument => ({ name, kind: 'gauge', unit: 's', description: name, labels: ['a'] });
const never = () => new Promise<never>(() => undefined);

/** The SDK's own meter and the hub's exporter, without a listener. */
function setUp() {
  const reader = new ScrapeExporter();
  const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
  const getObservableGauge: MetricService['getObservableGauge'] = (name, options) =>
    meter.createObservableGauge(name, options);
  const gauges = new Gauges({ getObservableGauge } as MetricService);
  const serializer = new PrometheusSerializer(undefined, false, undefined, false, true);
  const scrape = async () => {
    const { resourceMetrics, errors } = await reader.collect();
    const lines = serializer.serialize(resourceMetrics).split('\n');
    return { errors, lines: lines.filter((line) => /^[a-z]/.test(line) && !line.startsWith('target_info')) };
  };
  return { gauges, scrape };
}

describe('gauges', () => {
  const warnings: unknown[] = [];
  beforeEach(() => {
    warnings.length = 0;
    const silent = () => undefined;
    Logger.overrideLogger({ log: silent, error: silent, warn: (message: unknown) => void warnings.push(message) });
  });
  afterAll(() => Logger.overrideLogger(false));

  it('are read at every scrape, with the labels they have then', async () => {
    const { gauges, scrape } = setUp();
    const readings: Reading[][] = [[{ value: 1, labels: { a: 'x' } }, { value: 2, labels: { a: 'y' } }], [{ value: 3 }]];
    gauges.watch(gauge('one'), () => readings.shift()!);
    expect(await scrape()).toEqual({ errors: [], lines: ['one{a="x"} 1', 'one{a="y"} 2'] });
    expect(await scrape()).toEqual({ errors: [], lines: ['one 3'] });
  }); // prettier-ignore

  it('that cannot be read have no value, and the others have', async () => {
    const { gauges, scrape } = setUp();
    gauges.watch(gauge('rejects'), () => Promise.reject(new Error('no database')));
    gauges.watch(gauge('throws'), () => {
      throw new Error('no socket');
    });
    gauges.watch(gauge('works'), () => [{ value: 1 }]);
    expect(await scrape()).toEqual({ errors: [], lines: ['works 1'] });
    expect(warnings.sort()).toEqual(['rejects cannot be read: no database', 'throws cannot be read: no socket']);
  });

  it('complain once, until they could be read again', async () => {
    const { gauges, scrape } = setUp();
    const broken = [true, true, false, true];
    gauges.watch(gauge('one'), async () => {
      if (broken.shift()) throw new Error('gone');
      return [{ value: 1 }];
    });
    const values: number[] = [];
    for (const _ of [1, 2, 3, 4]) values.push((await scrape()).lines.length);
    expect(values).toEqual([0, 0, 1, 0]);
    expect(warnings).toHaveLength(2);
  });

  it('that do not answer hold no scrape, and are not asked again meanwhile', async () => {
    const { gauges, scrape } = setUp();
    let answer: (readings: Reading[]) => void = () => undefined;
    let reads = 0;
    gauges.watch(gauge('slow'), () => {
      reads++;
      return new Promise<Reading[]>((resolve) => (answer = resolve));
    });
    gauges.watch(gauge('works'), () => [{ value: 1 }]);
    expect((await scrape()).lines).toEqual(['works 1']);
    expect((await scrape()).lines).toEqual(['works 1']);
    expect(warnings).toEqual(['slow cannot be read: no answer within 1000 ms']);
    const third = scrape();
    answer([{ value: 7 }]);
    expect([(await third).lines, reads]).toEqual([['slow 7', 'works 1'], 1]);
  });

  it('that never answer are asked again in the end', async () => {
    const { gauges, scrape } = setUp();
    const answers = [never(), Promise.resolve([{ value: 7 }])];
    gauges.watch(gauge('slow'), () => answers.shift()!);
    expect((await scrape()).lines).toEqual([]);
    const { now } = performance;
    performance.now = () => now.call(performance) + 30_000;
    expect((await scrape().finally(() => (performance.now = now))).lines).toEqual(['slow 7']);
  });

  it('are read once for scrapes at the same time, and all of them have the values', async () => {
    const { gauges, scrape } = setUp();
    let reads = 0;
    gauges.watch(gauge('one'), async () => [{ value: ++reads }]);
    const lines = async () => (await scrape()).lines;
    expect(await Promise.all([lines(), lines(), lines()])).toEqual([['one 1'], ['one 1'], ['one 1']]);
    expect(await lines()).toEqual(['one 2']);
  });

  it('that answer too late say nothing in a later scrape', async () => {
    const { gauges, scrape } = setUp();
    let answer: (readings: Reading[]) => void = () => undefined;
    const answers = [new Promise<Reading[]>((resolve) => (answer = resolve)), Promise.resolve([{ value: 2 }])];
    gauges.watch(gauge('slow'), () => answers.shift()!);
    expect((await scrape()).lines).toEqual([]);
    answer([{ value: 1 }]);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await scrape()).lines).toEqual(['slow 2']);
  });

  it('are not read any more once the hub stops', async () => {
    const { gauges, scrape } = setUp();
    let reads = 0;
    gauges.watch(gauge('one'), () => [{ value: ++reads }]);
    await scrape();
    gauges.onModuleDestroy();
    expect((await scrape()).lines).toEqual([]);
    expect(reads).toBe(1);
  });
});
