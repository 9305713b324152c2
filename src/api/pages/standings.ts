import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Approvals } from '../../approvals/index.js';
import { CcError, messageOf } from '../../errors/index.js';
import { RunReader, type RunPosition } from '../../runs/index.js';
import { detached } from '../../telemetry/index.js';

/** All that decides what the page of a run shows, but the clock. */
export interface Standing extends RunPosition {
  /** What it asks people, in short: that is written a moment after the event that says so. */
  readonly asks: string;
}

/** `undefined` = the run is gone. */
export type StandingListener = (standing: Standing | undefined) => void;

const shortestMs = 150;
const longestMs = 1_000;

/**
 * Where runs stand whose pages are open. One reader of this replica asks for all of them: soon again where something
 * changed, else less and less often, and not at all while nobody looks.
 */
@Injectable()
export class Standings implements OnModuleDestroy {
  readonly #log = new Logger('Standings');
  /** Of each run who listens, and what each was told last. */
  readonly #watched = new Map<string, Map<StandingListener, string>>();
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = shortestMs;
  #reading = false;
  #failing = false;

  constructor(
    private readonly reader: RunReader,
    private readonly approvals: Approvals,
  ) {}

  async of(id: string): Promise<Standing> {
    const standing = (await this.#read([id])).get(id);
    if (standing === undefined) throw new CcError('CC_RUN_NOT_FOUND', `there is no run "${id}"`);
    return standing;
  }

  /** Tells where the run stands, and each change, until what this answers is called. */
  watch(id: string, listener: StandingListener): () => void {
    const listeners = this.#watched.get(id) ?? new Map<StandingListener, string>();
    this.#watched.set(id, listeners.set(listener, ''));
    this.#pauseMs = shortestMs;
    if (!this.#reading) this.#later(0);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#watched.get(id) === listeners) this.#watched.delete(id);
    };
  }

  onModuleDestroy(): void {
    this.#watched.clear();
    clearTimeout(this.#timer);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#watched.size === 0) return;
    // Not in the trace of whoever opened a page.
    this.#timer = detached(() => setTimeout(() => void this.#turn(), ms));
  }

  async #turn(): Promise<void> {
    this.#reading = true;
    try {
      const ids = [...this.#watched.keys()];
      const standings = await this.#read(ids);
      const changed = ids.filter((id) => this.#tell(id, standings.get(id)));
      this.#pauseMs = changed.length > 0 ? shortestMs : Math.min(this.#pauseMs * 1.5, longestMs);
      this.#failing = false;
    } catch (thrown) {
      this.#pauseMs = longestMs;
      if (!this.#failing) this.#log.warn(`runs of open pages cannot be read, tried again: ${messageOf(thrown)}`);
      this.#failing = true;
    } finally {
      this.#reading = false;
    }
    this.#later(this.#pauseMs);
  }

  /** Whether it was news to anybody. */
  #tell(id: string, standing: Standing | undefined): boolean {
    const now = JSON.stringify(standing) ?? 'gone';
    const listeners = this.#watched.get(id) ?? new Map<StandingListener, string>();
    const behind = [...listeners].filter(([, told]) => told !== now);
    for (const [listener] of behind) {
      listeners.set(listener, now);
      listener(standing);
    }
    return behind.length > 0;
  }

  async #read(ids: readonly string[]): Promise<Map<string, Standing>> {
    const [positions, asks] = await Promise.all([this.reader.positions(ids), this.approvals.asking(ids)]);
    return new Map([...positions].map(([id, position]) => [id, { ...position, asks: asks.get(id) ?? '' }]));
  }
}
