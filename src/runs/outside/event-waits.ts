import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '../../database/index.js';
import { Definitions } from '../../definitions/index.js';
import { type EventRow, type StoredEvent, storedEvent } from '../../events/index.js';
import { CcError } from '../../errors/index.js';
import { awaitedEvent, eventMatches, eventValueAt, type Plan, type Run, type Scope } from '../../workflow/index.js';
import { Signals } from '../signals.js';
import { type EventWaitRow, waitSql } from './event-wait-sql.js';

/** Rows looked at, and events looked back at, in one go. */
const BATCH = 500;
/** Events of one type since a run was created: who waits among more is asked to wait from the start. */
const LOOK_BACK = 10_000;
/** Of versions: this hub will not know them the next time either. */
const unknownVersion: ReadonlySet<string> = new Set(['CC_WORKFLOW_NOT_FOUND', 'CC_WORKFLOW_INVALID']);
const LOWEST = '00000000-0000-0000-0000-000000000000';

/** Runs that wait for events. The rows are for whoever dispatches an event; a match is a signal to the run. */
@Injectable()
export class EventWaits {
  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
    private readonly signals: Signals,
  ) {}

  /**
   * From now on events are matched. First the row is committed, then earlier events are looked at: an event is seen by
   * one of the two, whenever it comes.
   */
  async register(run: Run, step: string): Promise<void> {
    const { type, key, scope } = awaitedEvent(run, step);
    const place = key === undefined ? ['', ''] : [key.path, hashed(key.value)];
    const { id, plan } = run;
    const started = identityOf(run.trigger.event as Identity | undefined);
    await this.database.pool.query(waitSql.register, [id, step, type, ...place, plan.id, plan.version, JSON.stringify(scope), started]); // prettier-ignore
    const found = await this.#lookBack(run, step, type, scope);
    if (found !== undefined)
      await this.signals.wake(await this.#deliver(this.database.pool, found, [{ run_id: id, step }]));
  }

  async forget(run: string, step: string): Promise<void> {
    await this.database.pool.query(waitSql.forget, [run, step]);
  }

  /** In the transaction that dispatches the events. Gives the runs to be woken when it has committed. */
  async match(tx: Tx, events: readonly StoredEvent[]): Promise<readonly string[]> {
    const types = [...new Set(events.map(({ type }) => type))];
    const { rows } = await tx.query<{ type: string; path: string }>(waitSql.places, [types]);
    const paths = Map.groupBy(rows, ({ type }) => type);
    const [woken, unreadable]: [string[], Set<string>] = [[], new Set()];
    for (const event of events)
      for (const { path } of paths.get(event.type) ?? []) {
        const value = path === '' ? '' : eventValueAt(event.event, path);
        if (value === undefined) continue;
        woken.push(...(await this.#matchPlace(tx, event, path, path === '' ? '' : hashed(value), unreadable)));
      }
    if (unreadable.size > 0) await tx.query(waitSql.lookBackLater, [[...unreadable]]);
    return woken;
  }

  async wake(runs: readonly string[]): Promise<void> {
    await this.signals.wake(runs);
  }

  /** Left behind by runs that ended while they waited. */
  async sweep(): Promise<void> {
    await this.database.pool.query(waitSql.sweep);
  }

  /** Adds runs whose version this hub does not know to `unreadable`. */
  async #matchPlace(
    tx: Tx,
    event: StoredEvent,
    path: string,
    value: string,
    unreadable: Set<string>,
  ): Promise<readonly string[]> {
    // prettier-ignore
    const woken: string[] = [];
    let last: Pick<EventWaitRow, 'run_id' | 'step'> = { run_id: LOWEST, step: '' };
    for (;;) {
      const values = [event.type, path, value, last.run_id, last.step, BATCH];
      const { rows } = await tx.query<EventWaitRow>(waitSql.candidates, values);
      const matching: EventWaitRow[] = [];
      for (const row of rows) {
        const holds = await this.#holds(row, event);
        if (holds === undefined) unreadable.add(row.run_id);
        else if (holds) matching.push(row);
      }
      if (matching.length > 0) woken.push(...(await this.#deliver(tx, event, matching)));
      if (rows.length < BATCH) return woken;
      last = rows.at(-1)!;
    }
  }

  async #holds(row: EventWaitRow, { event }: StoredEvent): Promise<boolean | undefined> {
    const plan = await this.#plan(row);
    return plan && eventMatches(plan, row.step, JSON.parse(row.scope) as Scope, event);
  }

  /** Undefined when this hub does not know the version. Rejects when it could not be looked up: the event is tried again. */
  async #plan({ workflow_id, version }: EventWaitRow): Promise<Plan | undefined> {
    try {
      return await this.definitions.version(workflow_id, version);
    } catch (thrown) {
      if (thrown instanceof CcError && unknownVersion.has(thrown.code)) return undefined;
      throw thrown;
    }
  }

  async #deliver(
    tx: Tx,
    { seq, event }: StoredEvent,
    waits: readonly Pick<EventWaitRow, 'run_id' | 'step'>[],
  ): Promise<readonly string[]> {
    const values = [
      waits.map((row) => row.run_id),
      waits.map((row) => row.step),
      JSON.stringify(event),
      identityOf(event),
      seq,
    ];
    const { rows } = await tx.query<{ id: string }>(waitSql.deliver, values);
    return rows.map(({ id }) => id);
  }

  /** The first event since the run was created that matches; the one that started it does not count. */
  async #lookBack(run: Run, step: string, type: string, scope: Scope): Promise<StoredEvent | undefined> {
    const own = identityOf(run.trigger.event as Identity | undefined);
    let after = '0';
    for (let seen = 0; seen < LOOK_BACK; seen += BATCH) {
      const { rows } = await this.database.pool.query<EventRow>(waitSql.since, [type, run.id, after, BATCH]);
      for (const stored of rows.map(storedEvent)) {
        if (own !== undefined && identityOf(stored.event) === own) continue;
        if (eventMatches(run.plan, step, scope, stored.event)) return stored;
      }
      if (rows.length < BATCH) return undefined;
      after = rows.at(-1)!.seq;
    }
    return undefined;
  }
}

/** What CloudEvents 1.0 says is one event. */
interface Identity {
  readonly id?: unknown;
  readonly source?: unknown;
}

function identityOf(event: Identity | undefined): string | undefined {
  return event && hashed(JSON.stringify([event.source, event.id]));
}

function hashed(value: string): string {
  return createHash('sha256').update(value).digest('base64url');
}
