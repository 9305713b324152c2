import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Batches, Database, type Tx } from '../../database/index.js';
import { CcError } from '../../errors/index.js';
import { type Plan, type RunEvent, type RunStatus, type Trigger } from '../../workflow/index.js';
import { isDuplicate, isTransient, SteadyConnection } from '../journal/steady-connection.js';
import { Replica } from '../replica.js';
import { toRow } from '../journal/event-rows.js';
import { holdersSql, madeSql, startSql } from './start-sql.js';

/** A run about to exist. */
export interface NewRun {
  readonly id: string;
  readonly plan: Plan;
  readonly trigger: Trigger;
  /** This replica drives it at once: no queue hop. */
  readonly owned: boolean;
  readonly status: RunStatus;
  readonly traceId: string;
  readonly spanId: string;
  readonly traceparent: string | undefined;
  readonly key: string | undefined;
  readonly fingerprint: string | undefined;
  readonly events: readonly RunEvent[];
}

export type StartResult =
  | {
      readonly made: true;
      readonly owned: boolean;
      /** For its place: nobody drives it before it is its turn. */
      readonly waits?: boolean;
      /** When it got its place, which is when it started. ms since 1970. */
      readonly placedAt?: number | undefined;
    }
  | {
      readonly made: false;
      readonly id: string;
      readonly fingerprint: string | null;
      readonly status: RunStatus;
      readonly version: string;
      readonly createdAt: Date;
    };

export interface Made {
  readonly id: string;
  readonly owner: string | null;
  /** Of one that is found again. */
  readonly started_at?: Date | null;
}

interface Holder {
  readonly key: string;
  readonly kind: string;
  readonly workflow_id: string;
  readonly run_id: string;
  readonly fingerprint: string | null;
  readonly status: RunStatus | null;
  readonly version: string | null;
  readonly created_at: Date | null;
}

/** Writes new runs, many in one commit. When `add` resolves the run is durable (P1). */
@Injectable()
export class Starts implements OnApplicationShutdown {
  readonly #connection: SteadyConnection;
  readonly #queue = new Batches<NewRun, StartResult>((starts) => this.#write(starts));

  constructor(
    database: Database,
    private readonly replica: Replica,
  ) {
    this.#connection = new SteadyConnection(database.url, 'starts');
  }

  get pending(): number {
    return this.#queue.size;
  }

  add(start: NewRun): Promise<StartResult> {
    return this.#queue.call(start);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#connection.end();
  }

  async #write(starts: readonly NewRun[]): Promise<readonly (StartResult | Error)[]> {
    // One order of keys for all replicas: two batches with the same keys wait for each other instead of deadlocking.
    const sorted = [...starts].sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1));
    const made = await this.#insert(sorted);
    const refused = sorted.filter(({ id }) => !made.has(id));
    const holders = refused.length > 0 ? await this.#holders(refused).catch(asError) : [];
    return starts.map((start) => {
      const owner = made.get(start.id);
      // Not ours any more if this replica was declared dead and came back under a new name meanwhile.
      if (owner !== undefined) return { made: true, owned: owner === this.replica.id };
      return holders instanceof Error ? holders : holderOf(start, holders);
    });
  }

  /** Owner by id of the runs that were made. */
  async #insert(starts: readonly NewRun[]): Promise<ReadonlyMap<string, string | null>> {
    const found = new Map<string, string | null>();
    const take = (rows: readonly Made[]) => rows.forEach(({ id, owner }) => found.set(id, owner));
    let unknown = false;
    for (let tries = 1; ; tries++) {
      try {
        if (unknown) take(await this.#made(starts));
        const open = starts.filter(({ id }) => !found.has(id));
        if (open.length > 0) take(await this.#connection.query<Made>('start', startSql, this.values(open)));
        // The statement before this one may have ended meanwhile, and holds the keys that this one found taken.
        if (unknown && found.size < starts.length) take(await this.#made(starts));
        return found;
      } catch (thrown) {
        const lost = thrown instanceof CcError && thrown.code === 'CC_DATABASE_UNAVAILABLE';
        unknown ||= lost;
        if (tries === 3 || !(lost || isTransient(thrown) || (unknown && isDuplicate(thrown)))) throw thrown;
      }
    }
  }

  /** After a broken connection: did it take effect? Only what did not is written again. */
  #made(starts: readonly NewRun[]): Promise<Made[]> {
    return this.#connection.query<Made>('made', madeSql, [starts.map(({ id }) => id)]);
  }

  /** What the key of a start is taken by, if it is. */
  async holderIn(tx: Tx, start: NewRun): Promise<StartResult | undefined> {
    if (start.key === undefined) return undefined;
    const key = [[start.trigger.kind], [start.plan.id], [start.key]];
    const { rows } = await tx.query<Holder>(holdersSql, key);
    return rows.length === 0 ? undefined : (holderOf(start, rows) as StartResult);
  }

  async #holders(starts: readonly NewRun[]): Promise<readonly Holder[]> {
    return this.#connection.query<Holder>('holders', holdersSql, [
      starts.map(({ trigger }) => trigger.kind),
      starts.map(({ plan }) => plan.id),
      starts.map(({ key }) => key),
    ]);
  }

  /** The parameters of `startSql`. */
  values(starts: readonly NewRun[]): unknown[] {
    const column = <T>(of: (start: NewRun) => T) => starts.map(of);
    const rows = starts.flatMap(({ id, events }) =>
      events.map((event, n) => ({ id, ...toRow({ seq: n + 1, event }) })),
    );
    return [
      column((start) => start.id),
      column((start) => start.plan.id),
      column((start) => start.plan.version),
      column((start) => start.status),
      column((start) => start.trigger.kind),
      column((start) => start.owned),
      column((start) => start.events.length),
      column((start) => start.traceId),
      column((start) => start.spanId),
      column((start) => start.traceparent ?? null),
      column((start) => start.events[0]!.at),
      column((start) => start.events[1]?.at ?? null),
      column((start) => start.key ?? null),
      column((start) => start.fingerprint ?? null),
      column(({ trigger }) => (trigger.parent?.waits ? trigger.parent.run : null)),
      this.replica.id,
      rows.map((row) => row.id),
      rows.map((row) => row.seq),
      rows.map((row) => row.type),
      rows.map((row) => row.data),
      rows.map((row) => row.at),
    ];
  }
}

const asError = (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown)));

function holderOf(start: NewRun, holders: readonly Holder[]): StartResult | Error {
  const holder = holders.find(
    (row) => row.key === start.key && row.workflow_id === start.plan.id && row.kind === start.trigger.kind,
  );
  if (holder === undefined) return new CcError('CC_INTERNAL', `run ${start.id} was neither made nor found by its key`);
  const { run_id: id, fingerprint, status, version, created_at: createdAt } = holder;
  // The run may be gone by retention while its key is still kept: the answer is that it ran.
  return {
    made: false,
    id,
    fingerprint,
    status: status ?? 'succeeded',
    version: version ?? start.plan.version,
    createdAt: createdAt ?? new Date(0),
  };
}
