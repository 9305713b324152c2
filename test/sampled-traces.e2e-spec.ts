import { setTimeout as delay } from 'node:timers/promises';
import { entities } from '../src/app.module.js';
import type { Database } from '../src/database/index.js';
import { testDatabase } from './support/database.js';
import { type Engine, eventually, startEngine } from './support/engine.js';
import { SpanRecorder } from './support/traces/span-recorder.js';

const pairs = 24;

/** A run and the runs that are its steps are kept or left together. */
describe('a hub that records half of its traces', () => {
  const spans = new SpanRecorder();
  let database: Database;
  let engine: Engine;

  beforeAll(async () => {
    process.env['OTEL_TRACES_SAMPLER'] = 'parentbased_traceidratio';
    process.env['OTEL_TRACES_SAMPLER_ARG'] = '0.5';
    await spans.start();
    database = await testDatabase({ entities });
    engine = await startEngine({
      database,
      plugin: { do: (input: unknown) => input },
      workflows: {
        parent: { steps: { before: {}, sub: { needs: ['before'], workflow: 'middle' } } },
        middle: { steps: { inner: { workflow: 'child' } } },
        child: { steps: { work: {} } },
      },
    });
  });
  afterAll(async () => {
    await engine.stop();
    await database.close();
    await spans.stop();
    delete process.env['OTEL_TRACES_SAMPLER'];
    delete process.env['OTEL_TRACES_SAMPLER_ARG'];
  });

  it('has each of them whole, or not at all', async () => {
    await Promise.all(Array.from({ length: pairs }, () => engine.start('parent')));
    for (let ended = 0; ended < 3 * pairs; await delay(200)) {
      ended = (await database.pool.query('SELECT FROM run WHERE finished_at IS NOT NULL')).rowCount!;
    }
    const { rows } = await database.pool.query<{ trace_id: string; runs: number }>(
      'SELECT trace_id, count(*)::int AS runs FROM run GROUP BY trace_id',
    );
    expect(rows.map((row) => row.runs)).toEqual(rows.map(() => 3));
    await eventually(() => {
      const sizes = rows.map(({ trace_id }) => spans.of(trace_id).length);
      expect(sizes.filter((size) => size !== 0 && size !== 5)).toEqual([]);
      const whole = sizes.filter((size) => size === 5).length;
      expect(whole).toBeGreaterThan(0);
      expect(whole).toBeLessThan(pairs);
    });
  }, 90_000);
});
