import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Batches, Database } from '../../database/index.js';
import { Jobs } from '../../jobs/index.js';
import type { RunEvent } from '../../workflow/index.js';
import { SteadyConnection } from '../journal/steady-connection.js';
import { Replica } from '../replica.js';
import { fromRow, type StoredEvent } from '../journal/event-rows.js';
import { sql } from './lease-sql.js';

/** A run as it stands in its row when this replica has just become its owner. */
export interface LeasedRow {
  readonly id: string;
  readonly owner: string;
  readonly workflow_id: string;
  readonly version: string;
  readonly status: string;
  readonly epoch: number;
  readonly seq: number;
  readonly suspect: boolean;
  readonly crashes: number;
  readonly lost_owner: string | null;
  readonly trace_id: string;
  readonly span_id: string;
  readonly traceparent: string | null;
  readonly trigger: string;
  readonly signalled: boolean;
  /** The places it has or waits for. */
  readonly slots: readonly string[];
  /** It is not its turn yet: it may be told things, and may not start. */
  readonly waits: boolean;
}

interface RunLog {
  readonly events: readonly RunEvent[];
  readonly bytes: number;
}

interface InboxEvent {
  readonly id: string;
  readonly event: RunEvent;
}

interface InboxRow {
  readonly run_id: string;
  readonly id: string;
  readonly kind: string;
  readonly data: string;
  readonly created_at: Date;
}

interface Release {
  readonly id: string;
  readonly epoch: number;
  readonly wakeAt: number | undefined;
}

interface Released {
  readonly id: string;
  /** `infinity` comes as the number. */
  readonly wake_at: Date | number | null;
}

export const driveTask = 'runs.drive';

/** Who owns a run. Taking one raises its epoch, so that whoever owned it before can write no more. */
@Injectable()
export class Leases implements OnApplicationShutdown {
  readonly #connection: SteadyConnection;
  readonly #acquires = new Batches<string, LeasedRow | undefined>((ids) => this.#acquireAll(ids));
  // Many runs are woken at once: a statement each would be a way to the server and back each.
  readonly #logs = new Batches<string, RunLog>((ids) => this.#readLogs(ids));
  readonly #inboxes = new Batches<string, readonly InboxEvent[]>((ids) => this.#readInboxes(ids));
  readonly #releases = new Batches<Release, boolean>((releases) => this.#releaseAll(releases));

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly replica: Replica,
  ) {
    this.#connection = new SteadyConnection(database.url, 'leases');
  }

  /** Whether nobody can have taken this replica's runs: false for a while after it was stopped or cut off. */
  get certain(): boolean {
    return this.replica.pulse.certain;
  }

  /** Whether this replica may own runs at all. */
  get drives(): boolean {
    return this.replica.drives;
  }

  /** Whether this replica is still the one that took the run: it comes back under a new name when it was declared dead. */
  isOurs({ owner }: LeasedRow): boolean {
    return owner === this.replica.id;
  }

  /** Undefined when somebody owns it, it has ended, or it is not due yet. */
  acquire(id: string): Promise<LeasedRow | undefined> {
    return this.#acquires.call(id);
  }

  /** `wakeAt`: ms since 1970 by this process's clock, Infinity = only when a signal comes. False when it was not given back because its inbox holds signals (or it is lost already). */
  release(id: string, epoch: number, wakeAt: number | undefined): Promise<boolean> {
    return this.#releases.call({ id, epoch, wakeAt });
  }

  async markSolo(id: string, epoch: number): Promise<boolean> {
    return (await this.#connection.query('solo', sql.markSolo, [id, epoch])).length > 0;
  }

  log(id: string): Promise<RunLog> {
    return this.#logs.call(id);
  }

  inbox(id: string): Promise<readonly InboxEvent[]> {
    return this.#inboxes.call(id);
  }

  /** Gives back whatever this replica still owns, without suspicion: it stops, or was cut off and dropped its runs. */
  async releaseEverything(): Promise<void> {
    const rows = await this.#connection.query<{ id: string }>('release-everything', sql.releaseEverything, [
      this.replica.id,
    ]);
    await this.hint(rows.map((row) => ({ id: row.id })));
  }

  /** The first of those whose time has come, and that nobody owns. */
  async due(atMost: number): Promise<readonly string[]> {
    return (await this.#connection.query<{ id: string }>('due', sql.due, [atMost])).map(({ id }) => id);
  }

  /** What the rows say that this replica owns: epoch by id. */
  async owned(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#connection.query<{ id: string; epoch: number }>('owned', sql.owned, [this.replica.id]);
    return new Map(rows.map(({ id, epoch }) => [id, epoch]));
  }

  /** Gives back runs that are still at these epochs; raising them fences whatever of ours may still be on its way. */
  async giveBack(runs: ReadonlyMap<string, number>): Promise<void> {
    const rows = await this.#connection.query<{ id: string }>('give-back', sql.giveBack, [
      [...runs.keys()],
      [...runs.values()],
    ]);
    await this.hint(rows.map(({ id }) => ({ id })));
  }

  /** Tells some replica to drive these runs. A lost hint is found by the sweeper. */
  async hint(runs: readonly { readonly id: string }[]): Promise<void> {
    const jobs = runs.map(({ id }) => ({ task: driveTask, payload: { run: id } }));
    await this.jobs.enqueue(this.database.pool, jobs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#connection.end();
  }

  async #acquireAll(runs: readonly string[]): Promise<readonly (LeasedRow | undefined)[]> {
    const ids = [...new Set(runs)].sort();
    const rows = await this.#connection.query<LeasedRow>('acquire', sql.acquire, [ids, this.replica.id]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return runs.map((id) => {
      const row = byId.get(id);
      byId.delete(id); // two jobs for one run: the first drives it
      return row;
    });
  }

  async #readLogs(runs: readonly string[]): Promise<readonly RunLog[]> {
    const rows = await this.#connection.query<StoredEvent & { run_id: string }>('log', sql.log, [[...new Set(runs)]]);
    const logs = Map.groupBy(rows, (row) => row.run_id);
    return runs.map((id) => {
      const log = logs.get(id) ?? [];
      return {
        events: log.flatMap(fromRow).map(({ event }) => event),
        bytes: log.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0),
      };
    });
  }

  async #readInboxes(runs: readonly string[]): Promise<readonly (readonly InboxEvent[])[]> {
    const rows = await this.#connection.query<InboxRow>('inbox', sql.inbox, [[...new Set(runs)]]);
    const inboxes = Map.groupBy(rows, (row) => row.run_id);
    return runs.map((run) =>
      (inboxes.get(run) ?? []).map(({ id, kind, data, created_at: at }) => ({
        id,
        event: { type: kind, at: at.getTime(), ...(JSON.parse(data) as object) } as RunEvent,
      })),
    );
  }

  async #releaseAll(releases: readonly Release[]): Promise<readonly boolean[]> {
    const sorted = [...releases].sort((a, b) => (a.id < b.id ? -1 : 1));
    const rows = await this.#connection.query<Released>('release', sql.release, [
      sorted.map(({ id }) => id),
      sorted.map(({ epoch }) => epoch),
      sorted.map(({ wakeAt }) => (wakeAt === undefined ? null : Math.max(0, wakeAt - Date.now()))),
    ]);
    // Those with a time are the waker's: a job for each sleeper would cost more than all the rest of its sleep.
    await this.hint(rows.filter(({ wake_at: at }) => at === null)).catch(() => undefined);
    const released = new Set(rows.map(({ id }) => id));
    return releases.map(({ id }) => released.has(id));
  }
}
