import { Injectable } from '@nestjs/common';
import { Batches, Database, isGone, type Tx } from '../../database/index.js';
import { CcError, messageOf } from '../../errors/index.js';
import { isTransient } from '../journal/steady-connection.js';
import { Replica } from '../replica.js';
import { Signals } from '../signals.js';
import type { SlotRequest } from '../slots/slot-request.js';
import { Slots } from '../slots/slots.js';
import { slotSql } from '../slots/slot-sql.js';
import { madeSql, startSql } from './start-sql.js';
import { type Made, type NewRun, type StartResult, Starts } from './starts.js';

/** Runs that wait for one key: more would be a queue that nobody empties. */
const MOST_WAITING = 10_000;

export type SlottedRun = NewRun & { readonly slots: readonly SlotRequest[] };

interface Room {
  /** Somebody stands before it: the run is written, and starts when it is its turn. */
  readonly waits: boolean;
  /** How many of the oldest of a line are to end for it. */
  readonly cancels: readonly { readonly key: string; readonly runs: number }[];
}

/**
 * Writes runs that need places. Their own transaction, for the lines they stand in are locked while it lasts: what is
 * counted is so when it is committed, and first come is first served. All starts of a moment share one, and one
 * connection, so that a busy line keeps nobody else from the database.
 */
@Injectable()
export class SlotStarts {
  readonly #queue = new Batches<SlottedRun, StartResult>((starts) => this.#write(starts));

  constructor(
    private readonly database: Database,
    private readonly starts: Starts,
    private readonly signals: Signals,
    private readonly slots: Slots,
    private readonly replica: Replica,
  ) {}

  get pending(): number {
    return this.#queue.size;
  }

  add(start: SlottedRun): Promise<StartResult> {
    return this.#queue.call(start);
  }

  async #write(starts: readonly SlottedRun[]): Promise<readonly (StartResult | Error)[]> {
    let unknown = false;
    for (let tries = 1; ; tries++) {
      try {
        const results = await this.database.transaction((tx) => this.#startAll(tx, starts, unknown));
        this.#lookAgain(starts, results);
        return results;
      } catch (thrown) {
        const lost = isGone(thrown);
        unknown ||= lost;
        if (tries < 3 && (lost || isTransient(thrown))) continue;
        if (!lost && starts.length > 1) return this.#alone(starts);
        return starts.map(() => (lost ? unavailable(thrown) : asError(thrown)));
      }
    }
  }

  /** Whoever they stand behind may have ended before they were there to be seen. */
  #lookAgain(starts: readonly SlottedRun[], results: readonly (StartResult | Error)[]): void {
    const lines = starts.flatMap(({ plan, slots }, n) => {
      const result = results[n]!;
      const waits = !(result instanceof Error) && result.made && result.waits;
      return waits ? [{ workflow: plan.id, keys: slots.map(({ key }) => key) }] : [];
    });
    if (lines.length > 0) void this.slots.freed(lines);
  }

  /** One of them cannot be written: the others must not suffer for it. */
  async #alone(starts: readonly SlottedRun[]): Promise<(StartResult | Error)[]> {
    const results: (StartResult | Error)[] = [];
    for (const start of starts) results.push(...(await this.#write([start])));
    return results;
  }

  /** `unknown`: a try before this one may have taken effect. It held the same locks, so now it has ended one way or the other. */
  async #startAll(tx: Tx, starts: readonly SlottedRun[], unknown: boolean): Promise<(StartResult | Error)[]> {
    const lines = starts.flatMap(({ plan, slots }) => slots.map(({ key }) => ({ workflow: plan.id, key })));
    await tx.query(slotSql.lock, [lines.map(({ workflow }) => workflow), lines.map(({ key }) => key)]);
    const ids = starts.map(({ id }) => id);
    const made = new Map(unknown ? (await tx.query<Made>(madeSql, [ids])).rows.map((row) => [row.id, row]) : []);
    const results: (StartResult | Error)[] = [];
    for (const start of starts) {
      const before = made.get(start.id);
      results.push(before ? this.#made(before, false, before.started_at?.getTime()) : await this.#start(tx, start));
    }
    return results;
  }

  async #start(tx: Tx, start: SlottedRun): Promise<StartResult | Error> {
    const before = await this.starts.holderIn(tx, start);
    if (before !== undefined) return before;
    const room = await roomFor(tx, start);
    if (room instanceof CcError) return room;
    const at = Date.now();
    const { rows } = await tx.query<Made>(
      startSql,
      this.starts.values([room.waits ? waiting(start) : startedAt(start, at)]),
    );
    const [row] = rows;
    if (row === undefined) {
      // Its key was taken meanwhile, by a start of a version that needs no place.
      const holder = await this.starts.holderIn(tx, start);
      return holder ?? new CcError('CC_INTERNAL', `run ${start.id} was neither made nor found by its key`);
    }
    const { id, plan, slots } = start;
    const [keys, limits] = [slots.map(({ key }) => key), slots.map(({ limit }) => limit)];
    await tx.query(slotSql.take, [plan.id, id, !room.waits, keys, limits]);
    if (room.waits) await tx.query(slotSql.wait, [id]);
    for (const { key, runs } of room.cancels) await this.#cancelOldest(tx, start, key, runs);
    return this.#made(row, room.waits, at);
  }

  async #cancelOldest(tx: Tx, { id, plan }: SlottedRun, key: string, runs: number): Promise<void> {
    const { rows } = await tx.query<{ run_id: string }>(slotSql.cancelOldest, [plan.id, key, runs]);
    const reason = `run ${id} takes its place`;
    for (const { run_id: oldest } of rows) {
      await this.signals.sendWith(tx, oldest, {
        type: 'RunCancelRequested',
        at: Date.now(),
        by: 'concurrency',
        reason,
      });
    }
  }

  #made({ owner }: Made, waits: boolean, placedAt: number | undefined): StartResult {
    return { made: true, owned: owner === this.replica.id, waits, placedAt };
  }
}

/** The locks are held: what stands in the lines now stands before the run. */
async function roomFor(tx: Tx, { plan, slots }: SlottedRun): Promise<Room | CcError> {
  const { rows } = await tx.query<{ key: string; taken: number; staying: number }>(slotSql.taken, [
    plan.id,
    slots.map(({ key }) => key),
  ]);
  let waits = false;
  const cancels: { key: string; runs: number }[] = [];
  for (const { key, limit, whenFull } of slots) {
    const { taken, staying } = rows.find((row) => row.key === key)!;
    if (taken < limit) continue;
    waits = true;
    if (whenFull === 'skip' || taken >= limit + MOST_WAITING) return full(plan.id, taken, limit, whenFull);
    if (whenFull === 'cancel-oldest' && staying >= limit) cancels.push({ key, runs: staying - limit + 1 });
  }
  return { waits, cancels };
}

function full(workflow: string, taken: number, limit: number, whenFull: string): CcError {
  const runs = taken === 1 ? '1 run' : `${taken} runs`;
  return new CcError(
    'CC_CONCURRENCY_FULL',
    `${runs} of ${workflow} with this key did not end yet; its limit is ${limit}, and what is beyond: ${whenFull}`,
  );
}

/** A run starts when it has its place, and not when it was asked for: the wait between is none of its own time. */
export function startedAt<Start extends NewRun>(start: Start, at: number | undefined): Start {
  if (at === undefined) return start;
  return { ...start, events: start.events.map((event) => (event.type === 'RunStarted' ? { ...event, at } : event)) };
}

function waiting(start: SlottedRun): SlottedRun {
  return { ...start, owned: false, status: 'queued', events: start.events.slice(0, 1) };
}

function unavailable(cause: unknown): CcError {
  const message = `PostgreSQL does not answer: ${messageOf(cause)}`;
  return new CcError('CC_DATABASE_UNAVAILABLE', message, { cause, retryAfter: 1 });
}

const asError = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)));
