import type { Arena } from './arena.js';

/** How long runs of killed replicas lie still. */
export class PickUps {
  readonly #kills: { readonly pid: number; readonly at: number; readonly both: boolean }[] = [];
  /** Process by replica id: the row of a dead replica is gone when its runs are taken over. */
  readonly #processes = new Map<string, number>();
  readonly #watch: NodeJS.Timeout;

  constructor(private readonly arena: Arena) {
    this.#watch = setInterval(() => void this.#look().catch(() => undefined), 200);
    this.#watch.unref();
  }

  /** How many runs this process holds. */
  async held(pid: number): Promise<number> {
    const [{ held }] = await this.arena.query(
      'SELECT count(*)::int AS held FROM run WHERE finished_at IS NULL AND owner IN (SELECT id FROM replica WHERE pid = $1)',
      [pid],
    );
    return held;
  }

  /** `both`: nobody is left to take over before a restart. */
  killed(pid: number, both: boolean): void {
    this.#kills.push({ pid, at: Date.now(), both });
  }

  /** Milliseconds from each kill to the first run of the killed replica that another one went on with. */
  async waits(): Promise<{ readonly one: number[]; readonly both: number[] }> {
    clearInterval(this.#watch);
    const rows = await this.arena.query<{ owner: string; at: number }>(
      `SELECT data::json ->> 'from' AS owner, min(extract(epoch FROM at) * 1000)::float8 AS at
       FROM run_event WHERE type = 'RunTakenOver' GROUP BY 1`,
    );
    const waits = this.#kills.flatMap(({ pid, at, both }) => {
      const taken = rows.find(({ owner }) => this.#processes.get(owner) === pid);
      return taken ? [{ both, ms: Math.round(taken.at - at) }] : [];
    });
    const of = (wanted: boolean) => waits.filter(({ both }) => both === wanted).map(({ ms }) => ms);
    return { one: of(false), both: of(true) };
  }

  async #look(): Promise<void> {
    const rows = await this.arena.query<{ id: string; pid: number }>('SELECT id, pid FROM replica');
    for (const { id, pid } of rows) this.#processes.set(id, pid);
  }
}

export function spread(values: readonly number[]): string {
  if (values.length === 0) return 'none';
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return `n ${sorted.length}, p50 ${at(0.5)}, p95 ${at(0.95)}, max ${sorted.at(-1)}`;
}
