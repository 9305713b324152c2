import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startHub, type Hub } from './hub.ts';
import { quantile } from './load.ts';
import { cpuSeconds, residentMiB, type Server } from './server.ts';

const sleeper = `id: sleeper
on: { event: [{ type: sleep, input: "\${{ event.data }}" }] }
input: { type: object, required: [until], properties: { until: { type: string } } }
steps:
  nap: { until: "\${{ input.until }}" }
  after: { needs: [nap], uses: transform.value, with: { value: { awake: true } } }
`;

/** Events of one request. */
const batch = 500;

export interface SleepersRow {
  readonly runs: number;
  /** From the first request until the last run was asleep. */
  readonly startSeconds: number;
  /** Resident memory of the hub before the starts and while all sleep, each after three garbage collections and pauses. */
  readonly residentBeforeMiB: number;
  readonly residentAsleepMiB: number;
  /** What of it is live on the heap. The difference to resident is code, and pages that V8 has emptied and keeps. */
  readonly heldBeforeMiB: number;
  readonly heldAsleepMiB: number;
  readonly hubCpuAsleep: number;
  readonly databaseCpuAsleep: number | undefined;
  /** From the instant a run sleeps until to its event TimerFired. */
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
  /** Until the run's end. */
  readonly endP99Ms: number;
}

/** Runs that sleep until instants spread evenly over `overSeconds`, the first of them `leadSeconds` after the first start. */
export async function benchSleepers(
  server: Server,
  {
    runs,
    overSeconds,
    leadSeconds,
  }: { readonly runs: number; readonly overSeconds: number; readonly leadSeconds: number },
  say: (line: string) => void,
): Promise<SleepersRow> {
  const url = await server.database('bench_sleepers');
  const hub = await startHub(url, { sleeper }, [
    '--expose-gc',
    '--import',
    new URL('collect.mjs', import.meta.url).href,
  ]);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    // Warm: as many runs as will sleep, as fast, that end at once. V8 keeps the pages that a burst made it take, so that
    // memory grows with the first burst, whether its runs sleep or not.
    const warm = runs;
    await start(hub, 'warm', warm, () => Date.now());
    await until(client, 'SELECT count(*) AS n FROM run WHERE finished_at IS NOT NULL', warm, 600);
    const before = await settled(hub);
    say(`warm, ${before.residentMiB} MiB, ${before.heldMiB} of them live`);

    const from = Date.now();
    const first = from + leadSeconds * 1_000;
    await start(hub, 'sleep', runs, (n) => first + (n * overSeconds * 1_000) / runs);
    await until(client, `SELECT count(*) AS n FROM run WHERE status = 'waiting' AND owner IS NULL`, runs, leadSeconds);
    const startSeconds = (Date.now() - from) / 1_000;
    const then = await settled(hub);
    say(
      `${runs} asleep after ${startSeconds.toFixed(1)} s, ${then.residentMiB} MiB, ${then.heldMiB} of them live; the first wakes in ${((first - Date.now()) / 1_000).toFixed(1)} s`,
    );
    const quiet = { hub: cpuSeconds(hub.pid), database: server.cpuSeconds(), at: Date.now() };
    await sleep(Math.min(10_000, Math.max(1_000, first - Date.now() - 1_000)));
    const seconds = (Date.now() - quiet.at) / 1_000;
    const asleep = { hub: cpuSeconds(hub.pid), database: server.cpuSeconds() };
    if (Date.now() > first) throw new Error('runs woke before all were asleep: give more --lead');

    await until(
      client,
      'SELECT count(*) AS n FROM run WHERE finished_at IS NOT NULL',
      warm + runs,
      leadSeconds + overSeconds + 600,
    );
    return {
      runs,
      startSeconds,
      residentBeforeMiB: before.residentMiB,
      residentAsleepMiB: then.residentMiB,
      heldBeforeMiB: before.heldMiB,
      heldAsleepMiB: then.heldMiB,
      hubCpuAsleep: (asleep.hub - quiet.hub) / seconds,
      databaseCpuAsleep: asleep.database === undefined ? undefined : (asleep.database - quiet.database!) / seconds,
      ...(await lateness(client, first)),
    };
  } finally {
    await client.end();
    await hub.stop();
  }
}

async function start(hub: Hub, source: string, runs: number, wakeAt: (n: number) => number): Promise<void> {
  let next = 0;
  const one = async () => {
    for (let at = next; at < runs; at = next) {
      const size = Math.min(batch, runs - at);
      next += size;
      const events = Array.from({ length: size }, (_, n) => ({
        specversion: '1.0',
        id: `${source}-${at + n}`,
        source: `/bench/${source}`,
        type: 'sleep',
        data: { until: new Date(wakeAt(at + n)).toISOString() },
      }));
      const answer = await fetch(`${hub.url}/api/v1/events`, {
        method: 'POST',
        headers: { ...hub.headers, 'content-type': 'application/cloudevents-batch+json' },
        body: JSON.stringify(events),
      });
      if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
    }
  };
  await Promise.all([one(), one()]);
}

/** The hub collects its garbage and gives pages back; what is left is held. */
async function settled(hub: Hub): Promise<{ readonly residentMiB: number; readonly heldMiB: number }> {
  for (let times = 0; times < 3; times++) {
    process.kill(hub.pid, 'SIGUSR2');
    await sleep(2_000);
  }
  const noted = join(tmpdir(), `cc-bench-memory-${hub.pid}.json`);
  const { heapUsed } = JSON.parse(readFileSync(noted, 'utf8')) as NodeJS.MemoryUsage;
  rmSync(noted);
  return { residentMiB: residentMiB(hub.pid).now, heldMiB: Math.round(heapUsed / 2 ** 20) };
}

async function until(client: pg.Client, sql: string, count: number, seconds: number): Promise<void> {
  for (const deadline = Date.now() + seconds * 1_000; Date.now() < deadline; await sleep(500)) {
    const { rows } = await client.query<{ n: string }>(sql);
    if (Number(rows[0]!.n) >= count) return;
  }
  throw new Error(`not ${count} within ${seconds} s: ${sql}`);
}

async function lateness(client: pg.Client, first: number) {
  const { rows } = await client.query<{ late: number; end: number }>(
    `SELECT extract(epoch FROM e.at)::float8 * 1000 - (w.data::json #>> '{wait,dueAt}')::float8 AS late,
       extract(epoch FROM r.finished_at)::float8 * 1000 - (w.data::json #>> '{wait,dueAt}')::float8 AS "end"
     FROM run r JOIN run_event w ON w.run_id = r.id AND w.type = 'StepWaiting' JOIN run_event e ON e.run_id = r.id AND e.type = 'TimerFired'
     WHERE (w.data::json #>> '{wait,dueAt}')::float8 >= $1::float8 - 1`,
    [first],
  );
  const late = rows.map((row) => row.late);
  return {
    lateP50Ms: quantile(late, 0.5),
    lateP99Ms: quantile(late, 0.99),
    lateMaxMs: quantile(late, 1),
    endP99Ms: quantile(
      rows.map((row) => row.end),
      0.99,
    ),
  };
}
