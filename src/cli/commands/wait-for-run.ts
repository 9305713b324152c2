import type { Cli } from '../cli.js';
import type { Exit } from '../exit-codes.js';
import type { RunView } from '../hub/shapes.js';
import { failureLine } from '../print/run.js';
import { valueText } from '../print/printable.js';
import { duration } from '../print/time.js';
import { progressFor } from '../watch/progress.js';
import { watchRun } from '../watch/watch-run.js';

/** Stays with a run until it ends, the time is up or the user leaves; the run itself is never touched. */
export async function waitForRun(cli: Cli, id: string, timeoutMs: number | undefined): Promise<void> {
  const interrupt = cli.outside.holdInterrupt();
  try {
    const run = await watchRun(cli.hub, id, { progress: progressFor(cli), signal: interrupt.signal, timeoutMs });
    if (run !== undefined) return printEnded(cli, run);
    cli.exit = 'waitTimedOut';
    cli.note(`Run ${id} has not ended after ${duration(timeoutMs ?? 0)}; it goes on. ${whereNext(id)}`);
  } catch (thrown) {
    if (!interrupt.signal.aborted) throw thrown;
    cli.exit = 'interrupted';
    cli.note(`Run ${id} goes on. ${whereNext(id)}`);
  } finally {
    interrupt.release();
  }
}

function printEnded(cli: Cli, run: RunView): void {
  cli.exit = exitOfRun(run.status);
  if (cli.json) return cli.printJson(run);
  if (run.status !== 'succeeded' && run.error) cli.note(failureLine(run.error, cli.noteColours));
  if (run.output !== undefined && run.output !== null) cli.print(valueText(run.output));
}

function exitOfRun(status: string): Exit {
  if (status === 'succeeded') return 'ok';
  return status === 'cancelled' ? 'cancelled' : 'failed';
}

function whereNext(id: string): string {
  return `Look with \`commandcenter runs show ${id}\`, end it with \`commandcenter runs cancel ${id}\`.`;
}
