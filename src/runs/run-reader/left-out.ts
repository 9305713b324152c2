import { placeOf, type RunEvent, type StepState } from '../../workflow/index.js';
import type { Numbered } from '../journal/event-rows.js';

/** Payloads of a run that are read into its story, bytes; what comes later is left out, so that no run costs the hub hundreds of megabytes. */
const STORY_BYTES = 4 * 1024 * 1024;
/** What is smaller than this is never left out. */
const SMALL = 256;
/** The output of a step with `forEach` is those of its items once more: larger ones are not given twice. */
const LIST_BYTES = 64 * 1024;

/** In the place of an output that was left out. */
export class LeftOut {
  constructor(
    /** Of the event that has it; 0: no single one. */
    readonly seq: number,
    readonly bytes: number,
  ) {}
}

/** Takes what is too much out of the events of a log, one after the other. How a run stands does not hang on it. */
export class Payloads {
  #left = STORY_BYTES;
  /** Bytes of the results of items, by the id of their step. */
  readonly #ofItems = new Map<string, number>();

  /** `bytes`: of the row it came from. */
  lighten({ seq, event }: Numbered, bytes: number): RunEvent {
    switch (event.type) {
      case 'RunCreated':
        return event.kept === undefined || this.#fits(bytes) ? event : { ...event, kept: lightKept(event.kept, bytes) };
      case 'StepStarted': // the list itself is nobody's to read here, only how long it is
        return event.items === undefined ? event : { ...event, items: event.items.map(() => null) };
      case 'StepSucceeded': {
        const { emitted: _, ...rest } = event;
        this.#count(event.step, bytes);
        return this.#fits(bytes) ? rest : { ...rest, output: new LeftOut(seq, bytes) };
      }
      case 'ChildEnded':
        this.#count(event.step, bytes);
        return event.output === undefined || this.#fits(bytes) ? event : { ...event, output: new LeftOut(seq, bytes) };
      case 'EventReceived':
        return this.#fits(bytes) ? event : { ...event, event: new LeftOut(seq, bytes) };
      default:
        return event;
    }
  }

  /** The output of a step, or that it was left out. */
  outputOf(id: string, { output, items }: StepState): unknown {
    if (items === undefined || output === undefined) return output;
    const bytes = this.#ofItems.get(id) ?? 0;
    const isWhole = !(output as unknown[]).some((one) => one instanceof LeftOut);
    return isWhole && bytes <= LIST_BYTES ? output : new LeftOut(0, bytes);
  }

  #fits(bytes: number): boolean {
    if (bytes <= SMALL) return true;
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  #count(path: string, bytes: number): void {
    const { id, item } = placeOf(path);
    if (item !== undefined) this.#ofItems.set(id, (this.#ofItems.get(id) ?? 0) + bytes);
  }
}

/** All of them are in the first event. */
function lightKept(kept: Readonly<Record<string, StepState>>, bytes: number): Record<string, StepState> {
  const light = ({ list: _, ...state }: StepState): StepState => {
    if (state.items === undefined)
      return state.output === undefined ? state : { ...state, output: new LeftOut(1, bytes) };
    const items = state.items.map(light);
    return { ...state, items, output: items.map(({ output }) => output ?? null) };
  };
  return Object.fromEntries(Object.entries(kept).map(([id, state]) => [id, light(state)]));
}
