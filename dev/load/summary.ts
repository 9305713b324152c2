import type { Hub } from './hub.ts';

export interface Summary {
  readonly seconds: number;
  /** Scenes played, by name. */
  readonly played: Readonly<Record<string, number>>;
  /** Answers of the hub, by HTTP status; 0 = none. */
  readonly answers: Readonly<Record<string, number>>;
  /** Runs since the start, by workflow and status. */
  readonly runs: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly unfinished: number;
}

interface Page {
  readonly items: readonly { readonly workflow: string; readonly status: string }[];
  readonly nextCursor: string | null;
}

/** What the hub says became of the runs that were started since then, by whomever. */
export async function endedRuns(hub: Hub, since: Date): Promise<Record<string, Record<string, number>>> {
  const counts: Record<string, Record<string, number>> = {};
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = new URLSearchParams({ since: since.toISOString(), limit: '200', ...(cursor && { cursor }) });
    const { status, body } = await hub.ask(`/api/v1/runs?${query.toString()}`);
    if (status !== 200) break;
    const page = body as unknown as Page;
    for (const run of page.items) {
      const row = (counts[run.workflow] ??= {});
      row[run.status] = (row[run.status] ?? 0) + 1;
    }
    cursor = page.nextCursor;
  }
  return counts;
}

export function print(summary: Summary, say: (line: string) => void): void {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  say(`${summary.seconds} s`);
  say(`acts     ${list(summary.played)}`);
  say(`answers  ${list(summary.answers)}`);
  for (const [workflow, statuses] of Object.entries(summary.runs)) say(`runs     ${workflow}: ${list(statuses)}`);
  if (summary.unfinished > 0) say(`${summary.unfinished} runs are still under way`);
}
