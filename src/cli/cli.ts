import pc from 'picocolors';
import type { Exit } from './exit-codes.js';
import { HubClient } from './hub/client.js';
import type { Sink, Surroundings } from './surroundings.js';

export type Colours = ReturnType<typeof pc.createColors>;

/** The help of `--json`, which every command that asks the hub has. */
export const jsonHelp = 'print the answer of the API as JSON';

/** What every command gets: where to write, whom to ask, and the exit it leaves behind. */
export class Cli {
  /** `--json`: answers for machines. Set before a command runs. */
  json = false;
  exit: Exit = 'ok';
  /** The exit code of the hub's own process, passed on as it is. */
  hubExit: number | undefined;
  readonly colours: Colours;
  /** For stderr, which can be a terminal when stdout is not. */
  readonly noteColours: Colours;
  #hub: HubClient | undefined;

  constructor(readonly outside: Surroundings) {
    this.colours = coloursFor(outside, outside.stdout);
    this.noteColours = coloursFor(outside, outside.stderr);
  }

  /** Throws CC_HUB_UNKNOWN on first use when nothing says where the hub is. */
  get hub(): HubClient {
    return (this.#hub ??= new HubClient(this.outside.connection()));
  }

  /** The answer: what was asked for, on stdout. */
  print(text: string): void {
    this.outside.stdout.write(`${text}\n`);
  }

  printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2));
  }

  /** Everything beside the answer, on stderr, so that pipes get the answer alone. */
  note(text: string): void {
    this.outside.stderr.write(`${text}\n`);
  }
}

function coloursFor(outside: Surroundings, sink: Sink): Colours {
  return pc.createColors(outside.colour && sink.isTTY === true);
}
