import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Load, Measured } from './load.ts';
import { median } from './load.ts';
import type { Server } from './server.ts';

export interface Contender {
  readonly name: string;
  /** Of the folder contenders. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Telemetry is off where others are compared with: they have none. */
export const peers: readonly Contender[] = [
  { name: 'commandcenter', file: 'commandcenter.ts', env: { OTEL_SDK_DISABLED: 'true' } },
  { name: 'dbos (default pool)', file: 'dbos.ts', env: {} },
  { name: 'dbos (pool 40)', file: 'dbos.ts', env: { DBOS_POOL: '40' } },
];

export interface StepsRow {
  readonly contender: string;
  readonly steps: number;
  readonly inFlight: number;
  /** Medians of the rounds. */
  readonly stepsPerSecond: number;
  readonly clientCpuMs: number;
  readonly databaseCpuMs: number | undefined;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Steps/s against the better setting of DBOS, in the same invocation. */
  readonly ratio?: number;
}

/** "S steps, C runs in flight": interleaved rounds, one contender's process alive at a time, all on one PostgreSQL. */
export async function benchSteps(
  server: Server,
  contenders: readonly Contender[],
  loads: readonly Omit<Load, 'runs'>[],
  rounds: number,
  seconds: number,
  say: (line: string) => void,
): Promise<StepsRow[]> {
  const measured = new Map<string, { measured: Measured; databaseCpuMs: number | undefined }[]>();
  for (let round = 1; round <= rounds; round++) {
    for (const contender of contenders) {
      const child = await start(contender, await server.database(`bench_${contender.file.split('.')[0]}`));
      await ask(child, { steps: 10, inFlight: 10, runs: 200 }); // warm
      for (const load of loads) {
        const probe = await ask(child, { ...load, runs: Math.max(load.inFlight, 20) });
        const runs = Math.max(load.inFlight * 2, Math.ceil((probe.stepsPerSecond / load.steps) * seconds));
        const before = server.cpuSeconds();
        const result = await ask(child, { ...load, runs: Math.min(runs, 100_000) });
        const after = server.cpuSeconds();
        const databaseCpuMs =
          before === undefined || after === undefined
            ? undefined
            : ((after - before) * 1e6) / (result.runs * result.steps);
        const key = `${contender.name}|${load.steps}|${load.inFlight}`;
        measured.set(key, [...(measured.get(key) ?? []), { measured: result, databaseCpuMs }]);
        say(
          `round ${round}/${rounds}  ${contender.name.padEnd(20)} S=${load.steps} C=${load.inFlight}: ${Math.round(result.stepsPerSecond)} steps/s`,
        );
      }
      child.send('stop');
      await once(child, 'exit');
    }
  }
  return [...measured].map(([key, results]) => row(key, results));
}

export const peerLoads: readonly Omit<Load, 'runs'>[] = [10, 1].flatMap((steps) =>
  [1, 10, 100, 1000].map((inFlight) => ({ steps, inFlight })),
);

async function start(contender: Contender, url: string): Promise<ChildProcess> {
  const env = { ...process.env, ...contender.env, DATABASE_URL: url };
  const child = fork(join(import.meta.dirname, 'contenders', contender.file), {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${contender.name} did not start`))),
  ]);
  return child;
}

async function ask(child: ChildProcess, load: Load): Promise<Measured> {
  const over = new AbortController();
  child.send(load);
  const died = once(child, 'exit', { signal: over.signal }).then(() =>
    Promise.reject(new Error(`the contender died under S=${load.steps} C=${load.inFlight}`)),
  );
  died.catch(() => undefined);
  try {
    return ((await Promise.race([once(child, 'message', { signal: over.signal }), died])) as [Measured])[0];
  } finally {
    over.abort();
  }
}

function row(key: string, results: readonly { measured: Measured; databaseCpuMs: number | undefined }[]): StepsRow {
  const [contender, steps, inFlight] = key.split('|') as [string, string, string];
  const of = (figure: keyof Measured) => median(results.map(({ measured }) => measured[figure]));
  const database = results.map(({ databaseCpuMs }) => databaseCpuMs).filter((ms) => ms !== undefined);
  return {
    contender,
    steps: Number(steps),
    inFlight: Number(inFlight),
    stepsPerSecond: of('stepsPerSecond'),
    clientCpuMs: of('clientCpuMs'),
    databaseCpuMs: database.length > 0 ? median(database) : undefined,
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
  };
}

/** CommandCenter against the better of the others. */
export function withRatios(rows: readonly StepsRow[]): StepsRow[] {
  return rows.map((row) => {
    if (row.contender !== 'commandcenter') return row;
    const same = rows.filter(
      (other) => other.contender !== row.contender && other.steps === row.steps && other.inFlight === row.inFlight,
    );
    return { ...row, ratio: row.stepsPerSecond / Math.max(...same.map((other) => other.stepsPerSecond)) };
  });
}
