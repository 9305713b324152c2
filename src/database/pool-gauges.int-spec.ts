import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { testDatabase } from '../../test/support/database.js';
import { Gauges, names } from '../telemetry/index.js';
import type { Database } from './database.js';
import { PoolGauges } from './pool-gauges.js';

type Meters = ConstructorParameters<typeof Gauges>[0];

describe('the gauge of connections', () => {
  let database: Database;
  let scrape: () => Promise<Record<string, number>>;
  beforeAll(async () => {
    database = await testDatabase({ poolSize: 2 });
    const reader = new PrometheusExporter({ preventServerStart: true });
    const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
    const getObservableGauge: Meters['getObservableGauge'] = (name, options) =>
      meter.createObservableGauge(name, options);
    new PoolGauges(database, new Gauges({ getObservableGauge } as Meters)).onModuleInit();
    scrape = async () => {
      const { resourceMetrics } = await reader.collect();
      const [metric] = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
      expect(metric!.descriptor.name).toBe(names.instruments.dbPoolConnections.name);
      return Object.fromEntries(
        metric!.dataPoints.map(({ attributes, value }) => [attributes['state'], value as number]),
      );
    };
  });
  afterAll(() => database.close());

  it('counts those of the hot path and those for reads', async () => {
    const writes = [database.pool.connect(), database.pool.connect(), database.pool.connect()];
    const reads = Array.from({ length: 7 }, () => database.dataSource.createQueryRunner());
    const connected = reads.map((runner) => runner.connect());
    // Two and five are all there are.
    await Promise.all([...writes.slice(0, 2), ...connected.slice(0, 5)]);
    const busy = await scrape();
    for (const client of writes) (await client).release();
    for (const [index, runner] of reads.entries()) await connected[index]!.then(() => runner.release());
    expect([busy, await scrape()]).toEqual([
      { used: 7, idle: 0, waiting: 3 },
      { used: 0, idle: 7, waiting: 0 },
    ]);
  });

  it('tells of those that are left when TypeORM has closed its own', async () => {
    await database.dataSource.destroy();
    expect(await scrape()).toEqual({ used: 0, idle: 2, waiting: 0 });
  });
});
