import { setTimeout as sleep } from 'node:timers/promises';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Server } from './server.ts';

export interface WaitsRow {
  readonly condition: string;
  readonly waiting: number;
  readonly events: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One event against many waiting runs: `EventWaits.match` in its transaction, in a hub in a process of its own. */
export async function benchWaits(server: Server, runs: number, say: (line: string) => void): Promise<WaitsRow[]> {
  const env = {
    ...process.env,
    DATABASE_URL: await server.database('bench_waits'),
    OTEL_SDK_DISABLED: 'true',
    BENCH_RUNS: String(runs),
  };
  const child = fork(join(import.meta.dirname, 'contenders', 'waits.ts'), {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const rows: WaitsRow[] = [];
  child.on('message', (message: WaitsRow | string) => {
    if (typeof message === 'string') say(message);
    else rows.push(message);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the process that waits ended with ${code}`);
  await sleep(0);
  return rows;
}
