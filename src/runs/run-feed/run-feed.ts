import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { messageOf } from '../../errors/index.js';
import { detached } from '../../telemetry/index.js';
import { fromRow, type StoredEvent } from '../journal/event-rows.js';
import { eventView } from '../run-reader/rows.js';
import { type FeedRow, feedSql } from './feed-sql.js';
import { type FeedListener, Watch } from './watch.js';

const shortestMs = 100;
const longestMs = 1_000;

/**
 * Runs as they go on, whichever replica drives them. One reader of this replica asks for all that are watched: soon again
 * where something happened, else less and less often. Nothing is notified by the hot transactions, and nothing is asked
 * while nobody watches.
 */
@Injectable()
export class RunFeed implements OnModuleDestroy {
  readonly #log = new Logger('RunFeed');
  /** In the order in which they were told something: who waits longest is read first. */
  readonly #watches = new Set<Watch>();
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = shortestMs;
  #reading = false;
  #again = false;
  #failing = false;
  #closed = false;

  constructor(private readonly database: Database) {}

  /** Tells what the run writes after the event `after`, what is there already first. */
  watch(id: string, after: number, listener: FeedListener): Watch {
    const watch = new Watch(id, after, listener, {
      poll: () => this.#soon(),
      leave: (left) => this.#watches.delete(left),
    });
    this.#watches.add(watch);
    this.#soon();
    return watch;
  }

  onModuleDestroy(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watches.clear();
  }

  #soon(): void {
    this.#pauseMs = shortestMs;
    if (this.#reading) this.#again = true;
    else this.#later(0);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#closed || this.#watches.size === 0) return;
    // Not in the trace of whoever began to watch.
    this.#timer = detached(() => setTimeout(() => void this.#turn(), ms));
  }

  async #turn(): Promise<void> {
    this.#reading = true;
    this.#again = false;
    try {
      const told = await this.#read();
      this.#pauseMs = told ? shortestMs : Math.min(this.#pauseMs * 1.5, longestMs);
      this.#failing = false;
    } catch (thrown) {
      this.#pauseMs = longestMs;
      if (!this.#failing) this.#log.warn(`watched runs cannot be read, tried again: ${messageOf(thrown)}`);
      this.#failing = true;
    } finally {
      this.#reading = false;
    }
    this.#later(this.#again && !this.#failing ? 0 : this.#pauseMs);
  }

  /** Whether there was anything to tell. */
  async #read(): Promise<boolean> {
    const groups = new Map<string, Watch[]>();
    for (const watch of this.#watches) {
      if (watch.ready) groups.set(watch.key, [...(groups.get(watch.key) ?? []), watch]);
    }
    if (groups.size === 0) return false;
    const wanted = [...groups.values()];
    const rows = await this.database.dataSource.query<FeedRow[]>(feedSql, [
      wanted.map(([watch]) => watch!.id),
      wanted.map(([watch]) => watch!.position),
    ]);
    let told = false;
    for (const [n, of] of Map.groupBy(rows, (row) => row.n)) {
      told = this.#tell(wanted[n - 1] ?? [], of) || told;
    }
    return told;
  }

  #tell(watches: readonly Watch[], rows: readonly FeedRow[]): boolean {
    const { last, status, ended } = rows[0]!;
    const after = watches[0]!.position;
    const numbered = rows.filter((row) => row.seq !== null).flatMap((row) => fromRow(row as StoredEvent));
    // A row may hold two events, of which a reader may have seen the first.
    const events = numbered.filter(({ seq }) => seq > after).map(eventView);
    for (const watch of watches) {
      if (!this.#watches.has(watch)) continue;
      if (events.length > 0) {
        watch.tell(events);
        this.#watches.delete(watch);
        this.#watches.add(watch);
      }
      if (watch.ready && last !== null && watch.position < last) this.#again = true; // there was more than one read takes
      if (last !== null && (ended !== true || watch.position < last)) continue;
      this.#watches.delete(watch);
      watch.listener.ended(last === null ? null : status);
    }
    return events.length > 0;
  }
}
