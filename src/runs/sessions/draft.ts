import type { Command, RunEvent } from '../../workflow/index.js';
import { joins, toRow, type ToWrite } from '../journal/event-rows.js';
import type { EmittedRow, RunWrite } from '../journal/run-write.js';

/** What becomes possible when a flush is durable. */
export interface Consequences {
  readonly commands: readonly Command[];
  /** To tell the telemetry. */
  readonly facts: readonly (() => void)[];
}

/** What a run has to write, and what waits for its being written. */
export class Draft {
  #seq: number;
  /** Of the log, as far as flushes have taken it. */
  #bytes: number;
  /** Of the last event that a flush has taken. */
  #takenSeq: number;
  #events: ToWrite[] = [];
  #emitted: EmittedRow[] = [];
  #inbox: string[] = [];
  #commands: Command[] = [];
  #facts: (() => void)[] = [];
  /** Of flushes that are under way, oldest first. */
  readonly #flushing: Consequences[] = [];
  #dirty = false;

  constructor(seq: number, bytes: number) {
    this.#seq = seq;
    this.#bytes = bytes;
    this.#takenSeq = seq;
  }

  /** Of the last event, written or not. */
  get seq(): number {
    return this.#seq;
  }

  /** Of all that flushes have taken, and of what came before: what is to come is counted when it is made text. */
  get bytes(): number {
    return this.#bytes;
  }

  /** There is something to write. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** Nothing waits for a flush, neither one under way nor one to come. */
  get settled(): boolean {
    return !this.#dirty && this.#flushing.length === 0 && this.#commands.length === 0;
  }

  /** Something is to be written even if nothing happened: an empty write asks whether the run is still ours. */
  touch(): void {
    this.#dirty = true;
  }

  event(event: RunEvent, text?: string): void {
    this.#dirty = true;
    const seq = ++this.#seq;
    const before = this.#events.at(-1)?.event;
    if (joins(before, event)) this.#events[this.#events.length - 1] = { seq, event, text, startedAt: before!.at };
    else this.#events.push({ seq, event, text });
  }

  emit(emitted: EmittedRow): void {
    this.#emitted.push(emitted);
  }

  /** The row of the inbox that became an event here; it goes when that is durable. */
  consumed(signal: string): void {
    this.#dirty = true;
    this.#inbox.push(signal);
  }

  command(command: Command): void {
    this.#commands.push(command);
  }

  /** The commands, when nothing has to be written before they are carried out. */
  freeCommands(): readonly Command[] {
    return this.#commands.splice(0);
  }

  fact(tell: () => void): void {
    this.#facts.push(tell);
  }

  take(): Pick<RunWrite, 'fromSeq' | 'seq' | 'events' | 'emitted' | 'inbox'> {
    const taken = {
      fromSeq: this.#takenSeq,
      seq: this.#seq,
      events: this.#events.map(toRow),
      emitted: this.#emitted,
      inbox: this.#inbox,
    };
    for (const { data } of taken.events) this.#bytes += Buffer.byteLength(data);
    this.#flushing.push({ commands: this.#commands, facts: this.#facts });
    [this.#events, this.#emitted, this.#inbox, this.#commands, this.#facts] = [[], [], [], [], []];
    this.#takenSeq = this.#seq;
    this.#dirty = false;
    return taken;
  }

  written(): Consequences {
    return this.#flushing.shift()!;
  }
}
