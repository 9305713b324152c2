import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { CcError, messageOf } from '../../errors/index.js';
import { Events } from '../../events/index.js';
import { GroupCommit } from './group-commit.js';
import { journalStatement } from './journal-sql.js';
import { Slots } from '../slots/slots.js';
import type { RunWrite } from './run-write.js';
import { isTransient, SteadyConnection } from './steady-connection.js';

/** A run in memory that has something to write. */
export interface Writer {
  /** What has gathered since the last call; undefined when there is nothing. */
  take(): RunWrite | undefined;
  /** What was taken is durable. */
  written(): void;
  /** Another replica owns the run now: nothing of it may be done or written here any more. */
  lost(): void;
}

const giveUp = `UPDATE run SET owner = NULL, epoch = epoch + 1, wake_at = now() + interval '1 minute' WHERE id = $1 AND epoch = $2`;

type Verdict = 'written' | 'lost';

/**
 * Appends to the logs of all runs of this replica, one statement a flush. Invariants (journal.int-spec.ts):
 * J1 `written()` is called only after the rows are durable; J2 a run whose epoch moved on gets nothing written;
 * J3 a statement whose outcome is unknown (the connection broke) is looked up before it is tried again.
 */
@Injectable()
export class Journal implements OnApplicationShutdown {
  readonly #log = new Logger('Journal');
  readonly #connection: SteadyConnection;
  readonly #queue = new GroupCommit<Writer>((batch) => this.#flush(batch), { maxBatch: 1000, halveFrom: 16 });

  /** Told of the runs that were sent a signal, when that is durable. */
  onSignal: (runs: readonly string[]) => void = () => undefined;

  constructor(
    database: Database,
    private readonly events: Events,
    private readonly slots: Slots,
  ) {
    this.#connection = new SteadyConnection(database.url, 'journal');
  }

  append(writer: Writer): void {
    this.#queue.add(writer);
  }

  /** For what nobody waits for: goes out with the next flush. */
  appendLazily(writer: Writer): void {
    this.#queue.addLazily(writer);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#connection.end();
  }

  async #flush(batch: readonly Writer[]): Promise<() => void> {
    const writers = new Map<string, Writer>();
    const writes: RunWrite[] = [];
    for (const writer of batch) {
      const write = this.#contained(writer, () => writer.take());
      if (write === undefined) continue;
      writers.set(write.id, writer);
      writes.push(write);
    }
    // One order for all replicas: two flushes that meet on a run wait for each other instead of deadlocking.
    writes.sort((a, b) => (a.id < b.id ? -1 : 1));
    const verdicts = await this.#write(writes);
    if (writes.some((write) => write.emitted.length > 0)) this.events.announce();
    const freed = writes.flatMap(({ id, slots }) => (slots && verdicts.get(id) === 'written' ? [slots] : []));
    if (freed.length > 0) void this.slots.freed(freed);
    const told = writes.filter(({ id, signals }) => signals.length > 0 && verdicts.get(id) === 'written');
    if (told.length > 0) this.onSignal(told.flatMap(({ signals }) => signals.map(({ run }) => run)));
    return () => {
      for (const { id } of writes) {
        const writer = writers.get(id)!;
        this.#contained(writer, () => (verdicts.get(id) === 'written' ? writer.written() : writer.lost()));
      }
    };
  }

  /** A defect that one run brings out must not end the process, and with it the steps of all others. */
  #contained<T>(writer: Writer, work: () => T): T | undefined {
    try {
      return work();
    } catch (thrown) {
      this.#log.error(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
      writer.lost(); // the sweeper finds it: ours by its row, and not in memory
      return undefined;
    }
  }

  async #write(writes: readonly RunWrite[]): Promise<ReadonlyMap<string, Verdict>> {
    const verdicts = new Map<string, Verdict>();
    let open = writes;
    while (open.length > 0) {
      try {
        const { name, text, values } = journalStatement(open);
        const rows = await this.#connection.query<{ id: string }>(name, text, values);
        for (const { id } of rows) verdicts.set(id, 'written');
        open = open.filter((write) => !verdicts.has(write.id));
        if (open.length > 0) open = await this.#judge(open, verdicts);
      } catch (thrown) {
        open = await this.#afterFailure(thrown, open, verdicts);
      }
    }
    return verdicts;
  }

  async #afterFailure(
    thrown: unknown,
    open: readonly RunWrite[],
    verdicts: Map<string, Verdict>,
  ): Promise<readonly RunWrite[]> {
    if (isTransient(thrown)) return open;
    if (thrown instanceof CcError) return this.#reconnect(open, verdicts);
    if (open.length > 1) {
      // One of them cannot be written: find it without harming the others.
      for (const write of open) verdicts.set(write.id, (await this.#write([write])).get(write.id)!);
      return [];
    }
    const [{ id, epoch }] = open as [RunWrite];
    this.#log.error(`run ${id} cannot be written, tried again in a minute: ${messageOf(thrown)}`);
    verdicts.set(id, 'lost');
    await this.#connection.query('journal-give-up', giveUp, [id, epoch]).catch(() => undefined);
    return [];
  }

  /** Rows that took effect are not matched again, for their seq moved on, and are then judged. */
  async #reconnect(open: readonly RunWrite[], verdicts: Map<string, Verdict>): Promise<readonly RunWrite[]> {
    try {
      await this.#connection.untilConnected();
      return open;
    } catch {
      for (const write of open) verdicts.set(write.id, 'lost'); // the hub is gone before the database came back
      return [];
    }
  }

  /** Rows the fence did not match: ours already (an earlier try took effect), or lost. */
  async #judge(open: readonly RunWrite[], verdicts: Map<string, Verdict>): Promise<readonly RunWrite[]> {
    const rows = await this.#connection.query<{ id: string; epoch: number; seq: number }>(
      'journal-judge',
      'SELECT id, epoch, seq FROM run WHERE id = ANY($1::uuid[])',
      [open.map((write) => write.id)],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    for (const write of open) {
      const row = found.get(write.id);
      verdicts.set(write.id, row?.epoch === write.epoch && row.seq === write.seq ? 'written' : 'lost');
    }
    return [];
  }
}
