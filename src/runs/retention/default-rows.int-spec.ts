import { randomUUID } from 'node:crypto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { testDatabase } from '../../../test/support/database.js';
import { insertRun } from '../../../test/support/runs.js';
import type { Database } from '../../database/index.js';
import { Gauges } from '../../telemetry/index.js';
import { DefaultRows } from './default-rows.js';

type Meters = ConstructorParameters<typeof Gauges>[0];

describe('the gauge of the default partitions', () => {
  let database: Database;
  beforeAll(async () => (database = await testDatabase()));
  afterAll(() => database.close());

  it('tells how many rows no weekly partition took', async () => {
    const reader = new PrometheusExporter({ preventServerStart: true });
    const meter = new MeterProvider({ readers: [reader] }).getMeter('test');
    const getObservableGauge: Meters['getObservableGauge'] = (name, options) =>
      meter.createObservableGauge(name, options);
    new DefaultRows(database, new Gauges({ getObservableGauge } as Meters)).onModuleInit();
    const rows = async () => {
      const { resourceMetrics } = await reader.collect();
      const [metric] = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
      return Object.fromEntries(metric!.dataPoints.map(({ attributes, value }) => [attributes['table'], value]));
    };
    await insertRun(database);
    expect(await rows()).toEqual({ run: 0, run_event: 0, run_log: 0 });
    for (let n = 0; n < 3; n += 1) await insertRun(database, { id: randomUUID() }); // no UUIDv7: of no week
    expect(await rows()).toEqual({ run: 3, run_event: 3, run_log: 0 });
  });
});
