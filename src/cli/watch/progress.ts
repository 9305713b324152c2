import type { Cli } from '../cli.js';
import type { ApprovalView, RunView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { sign } from '../print/status.js';
import { summarised } from '../print/steps.js';
import { lasted } from '../print/time.js';
import { stepLine, stepTable } from './step-table.js';
import type { Progress } from './watch-run.js';

/** How waiting is shown: a table that redraws itself on a terminal, a line per change in a log, nothing for machines. */
export function progressFor(cli: Cli): Progress {
  if (cli.json)
    return { seen: () => undefined, asked: () => undefined, silent: () => undefined, done: () => undefined };
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

  /** Stands above the table from now on. */
  asked(approval: ApprovalView): void {
    this.draw(askedText(approval, this.cli), false);
    this.#drawn = 0;
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
    for (const line of summarised(run.steps, 0)) {
      const { status, attempt, path } = line.step;
      const state = `${status}/${attempt}/${line.tenths}`;
      if (this.#known.get(path) === state) continue;
      this.#known.set(path, state);
      if (status !== 'pending') this.cli.note(stepLine(line, now, colours));
    }
    if (this.#known.get('') === run.status) return;
    this.#known.set('', run.status);
    this.cli.note(
      `${sign(run.status, colours)} run ${run.id} ${run.status}  ${lasted(run.createdAt, run.finishedAt, now)}`,
    );
  }

  asked(approval: ApprovalView): void {
    this.cli.note(askedText(approval, this.cli));
  }

  silent(reason: string): void {
    if (!this.#silent) this.cli.note(`${reason} Still trying.`);
    this.#silent = true;
  }

  done(): void {
    this.#known.clear();
  }
}

function askedText({ id, step, message }: ApprovalView, { noteColours: colours }: Cli): string {
  const decide = `commandcenter approvals approve ${id}`;
  return `${colours.yellow('?')} ${step} waits for a decision: ${oneLine(message)}\n  ${decide}  (or reject)`;
}
