import { setTimeout as sleep } from 'node:timers/promises';
import { startHub } from './hub.ts';
import { median } from './load.ts';
import type { Server } from './server.ts';

const each = (concurrency: number) => `id: each-${concurrency}
steps:
  list: { uses: transform.value, with: { value: "\${{ input.list }}" } }
  each: { needs: [list], forEach: "\${{ steps.list.output }}", concurrency: ${concurrency}, uses: transform.value, with: { value: { item: "\${{ item }}", text: "a result of sixty bytes as of a charge" } } }
output: "\${{ steps.each.output.size() }}"
`;

export interface EachRow {
  readonly items: number;
  readonly concurrency: number;
  readonly wallMs: number;
  readonly itemsPerSecond: number;
}

/** One run over HTTP whose step does one trivial action for each of so many items: from the run's start to its end. */
export async function benchEach(
  server: Server,
  rounds: number,
  items: number,
  say: (line: string) => void,
): Promise<EachRow[]> {
  const widths = [10, 100];
  const url = await server.database('bench_each');
  const hub = await startHub(url, Object.fromEntries(widths.map((width) => [`each-${width}`, each(width)])));
  try {
    const rows: EachRow[] = [];
    for (const concurrency of widths) {
      const took: number[] = [];
      for (let round = 0; round <= rounds; round++) {
        took.push(await one(hub.url, hub.headers, `each-${concurrency}`, items));
        say(`forEach of ${items}, ${concurrency} at once: ${took.at(-1)} ms${round === 0 ? ' (warm-up)' : ''}`);
      }
      const wallMs = median(took.slice(1));
      rows.push({ items, concurrency, wallMs, itemsPerSecond: items / (wallMs / 1_000) });
    }
    return rows;
  } finally {
    await hub.stop();
  }
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly output: unknown;
  readonly startedAt: string;
  readonly finishedAt: string | null;
}

async function one(url: string, headers: Readonly<Record<string, string>>, workflow: string, items: number) {
  const list = Array.from({ length: items }, (_, n) => n);
  const body = JSON.stringify({ input: { list } });
  const answer = await fetch(`${url}/api/v1/workflows/${workflow}/runs`, { method: 'POST', headers, body });
  if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
  const { id } = (await answer.json()) as Run;
  for (;;) {
    await sleep(200);
    const run = (await (await fetch(`${url}/api/v1/runs/${id}`, { headers })).json()) as Run;
    if (run.finishedAt === null) continue;
    if (run.status !== 'succeeded' || run.output !== items) throw new Error(`run ${id}: ${JSON.stringify(run)}`);
    return Date.parse(run.finishedAt) - Date.parse(run.startedAt);
  }
}
