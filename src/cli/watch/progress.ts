import type { Cli } from '../cli.js';
import type { RunView } from '../hub/shapes.js';
import { sign } from '../print/status.js';
import { lasted } from '../print/time.js';
import { stepLine, stepTable } from './step-table.js';
import type { Progress } from './watch-run.js';

/** How waiting is shown: a table that redraws itself on a terminal, a line per change in a log, nothing for machines. */
export function progressFor(cli: Cli): Progress {
  if (cli.json) return { seen: () => undefined, silent: () => undefined, done: () => undefined };
  return cli.outside.stderr.isTTY === true ? new LiveTable(cli) : new ChangeLines(cli);
}

class LiveTable implements Progress {
  #drawn = 0;
  #last = '';

  constructor(private readonly cli: Cli) {}

  seen(run: RunView): void {
    // a terminal that does not know its size says 0
    const rows = Math.max(4, (this.cli.outside.stderr.rows || 24) - 3);
    this.draw(stepTable(run, { rows, now: this.cli.outside.now(), colours: this.cli.noteColours }));
  }

  silent(reason: string): void {
    this.draw(`${this.#last}\n${this.cli.noteColours.yellow('…')} ${reason} Still trying.`, false);
  }

  done(): void {
    this.#drawn = 0;
  }

  private draw(text: string, keep = true): void {
    if (keep) this.#last = text;
    const back = this.#drawn > 0 ? `\x1b[${this.#drawn}A\r\x1b[0J` : '';
    // Automatic wrapping is off while we draw: a wrapped line would make the count of lines wrong.
    this.cli.outside.stderr.write(`${back}\x1b[?7l${text}\n\x1b[?7h`);
    this.#drawn = text.split('\n').length;
  }
}

class ChangeLines implements Progress {
  readonly #known = new Map<string, string>();
  #silent = false;

  constructor(private readonly cli: Cli) {}

  seen(run: RunView): void {
    this.#silent = false;
    const { now, colours } = { now: this.cli.outside.now(), colours: this.cli.noteColours };
    for (const step of run.steps) {
      const state = `${step.status}/${step.attempt}`;
      if (this.#known.get(step.path) === state) continue;
      this.#known.set(step.path, state);
      if (step.status !== 'pending') this.cli.note(stepLine(step, now, colours));
    }
    if (this.#known.get('') === run.status) return;
    this.#known.set('', run.status);
    this.cli.note(
      `${sign(run.status, colours)} run ${run.id} ${run.status}  ${lasted(run.createdAt, run.finishedAt, now)}`,
    );
  }

  silent(reason: string): void {
    if (!this.#silent) this.cli.note(`${reason} Still trying.`);
    this.#silent = true;
  }

  done(): void {
    this.#known.clear();
  }
}
