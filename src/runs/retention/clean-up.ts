import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { deletePassedEvents } from '../../events/index.js';
import { dropWeek } from './drop-week.js';
import { type Kept, keptValues, shorter, shortest } from './kept.js';
import * as sql from './retention-sql.js';
import { type Week, weekOf } from './week.js';

/** Events and keys of starts, at least. */
const KEPT_BESIDE_MS = 30 * 86_400_000;
/** Clocks of replicas differ: a run may begin in a week that is over for the database. */
const SLACK_MS = 3_600_000;
const NO_ID = '00000000-0000-0000-0000-000000000000';

export interface CleanedUp {
  partitions: string[];
  runs: number;
  keys: number;
  events: number;
}

/** Once through everything that is kept for a time. In batches, and at least half of the time it rests: it is in no hurry. */
export class CleanUp {
  readonly done: CleanedUp = { partitions: [], runs: 0, keys: 0, events: 0 };

  constructor(
    private readonly session: pg.Client,
    private readonly kept: Kept,
    private readonly signal: AbortSignal,
    private readonly restMs: number,
  ) {}

  async run(): Promise<CleanedUp> {
    for (const week of await this.#weeks()) await this.#week(week);
    await this.#runs(sql.passedOfDefaultSql, keptValues(this.kept));
    for (const policy of shorter(this.kept)) await this.#runs(sql.passedOfWorkflowSql, policy);
    await this.#keys();
    await this.#events();
    await this.session.query(sql.deleteSignalsSql);
    return this.done;
  }

  async #weeks(): Promise<Week[]> {
    const { rows } = await this.session.query<{ week: string }>(sql.weeksSql);
    return rows.map(({ week }) => weekOf(week));
  }

  /** Whole where nothing in it has to stay; where something has, what need not. */
  async #week(week: Week): Promise<void> {
    const age = Date.now() - week.to.getTime();
    if (age < shortest(this.kept) + SLACK_MS) return;
    const values = keptValues(this.kept);
    const { rows } = await this.session.query<{ kept: boolean }>(sql.anyKeptSql, [...values, week.from, week.to]);
    if (!rows[0]!.kept && (await this.#rested(() => dropWeek(this.session, week, this.kept, this.signal)))) {
      this.done.partitions.push(...week.tables);
    } else if (age >= this.kept.byDefault) await this.#runs(sql.passedOfWeekSql, values, week);
  }

  async #runs(found: string, values: readonly unknown[], week?: Week): Promise<void> {
    let last = week === undefined ? NO_ID : await this.#floor(week.from);
    for (;;) {
      const ids = await this.#rested(async () => {
        const { rows } = await this.session.query<{ id: string }>(found, [...values, last, ...(week ? [week.to] : [])]);
        const batch = rows.map(({ id }) => id);
        if (batch.length > 0) this.done.runs += await this.#count(sql.deleteRunsSql, [batch]);
        return batch;
      });
      if (ids.length === 0) return;
      last = ids.at(-1)!;
    }
  }

  async #floor(at: Date): Promise<string> {
    return (await this.session.query<{ id: string }>('SELECT uuid_floor($1) AS id', [at])).rows[0]!.id;
  }

  async #keys(): Promise<void> {
    for (let deleted = sql.BATCH_RUNS; deleted === sql.BATCH_RUNS; this.done.keys += deleted) {
      const values = [...keptValues(this.kept), KEPT_BESIDE_MS];
      deleted = await this.#rested(() => this.#count(sql.deleteKeysSql, values));
    }
  }

  async #events(): Promise<void> {
    for (let next: string | undefined = '0'; next !== undefined;) {
      const after: string = next;
      const page = await this.#rested(() => deletePassedEvents(this.session, KEPT_BESIDE_MS, after));
      this.done.events += page.deleted;
      next = page.next;
    }
  }

  async #count(text: string, values: unknown[]): Promise<number> {
    return (await this.session.query<{ deleted: number }>(text, values)).rows[0]!.deleted;
  }

  async #rested<T>(work: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const began = performance.now();
    const result = await work();
    await sleep(Math.max(this.restMs, performance.now() - began), undefined, { signal: this.signal });
    return result;
  }
}
