/** Runs that wait for events, and how long it takes to find those that an event is for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../load.ts';
import { openApp } from './app.ts';

const waiting = Number(process.env['BENCH_RUNS']);
const workflow = (id: string, condition: string) =>
  `id: ${id}\nsteps:\n  paid: { waitFor: { event: ${id}.paid, if: "\${{ ${condition} }}" } }\n`;
const conditions = {
  correlated: 'event.data.id == input.id && event.data.total > 10',
  scanned: 'event.data.id.endsWith(input.id) && event.data.total > 10',
};
const { app, database, close } = await openApp(
  Object.fromEntries(Object.entries(conditions).map(([id, condition]) => [id, workflow(id, condition)])),
);
const { EventWaits, RunStarter } = await import('../../dist/runs/index.js');
const starter = app.get(RunStarter, { strict: false });
const waits = app.get(EventWaits, { strict: false });
const tell = (message: unknown) => process.send!(message);

async function startAll(id: string): Promise<void> {
  const trigger = { kind: 'manual' as const, by: 'bench' };
  for (let from = 0; from < waiting; from += 200) {
    const count = Math.min(200, waiting - from);
    await Promise.all(
      Array.from({ length: count }, (_, n) =>
        starter.start({ workflow: id, input: { id: `order-${from + n}` }, trigger }),
      ),
    );
  }
  for (let n = 0; n < waiting; await sleep(200)) {
    const sql = 'SELECT count(*)::int AS n FROM event_wait WHERE workflow_id = $1';
    // Its pool is busy registering waits: a question that finds no connection is asked again.
    const answer = await database.pool.query<{ n: number }>(sql, [id]).catch(() => undefined);
    n = answer?.rows[0]?.n ?? n;
  }
  await database.pool.query('ANALYZE event_wait');
}

/** One event at a time on an otherwise idle hub: what a woken run goes on to do is not part of finding it. */
async function ended(runs: readonly string[]): Promise<void> {
  const sql = 'SELECT FROM run WHERE id = ANY ($1) AND finished_at IS NULL';
  while ((await database.pool.query(sql, [runs])).rows.length > 0) await sleep(2);
}

for (const [id, condition] of Object.entries(conditions)) {
  await startAll(id);
  tell(`${waiting} runs wait for ${condition}`);
  const took: number[] = [];
  const events = id === 'correlated' ? Math.min(2_000, waiting) : 40;
  for (let n = -20; n < events; n++) {
    // Everyone its own run, all over the table; the first few find none and warm up.
    const order = n < 0 ? 'nobody' : `order-${(n * 7919) % waiting}`;
    const event = { id: `${id}-${n}`, source: '/bench', type: `${id}.paid`, data: { id: order, total: 50 } };
    const stored = { seq: '0', ...event, traceparent: undefined, event: { specversion: '1.0', ...event } };
    const woken = await database.transaction(async (tx) => {
      const from = performance.now();
      const runs = await waits.match(tx, [stored as never]);
      if (n >= 0) took.push(performance.now() - from);
      return runs;
    });
    if (woken.length !== Number(n >= 0)) throw new Error(`event ${n} woke ${woken.length} runs`);
    await waits.wake(woken);
    await ended(woken);
  }
  tell({ condition, waiting, events, p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) });
}
await close();
process.disconnect();
