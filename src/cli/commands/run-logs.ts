import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Cli, Colours } from '../cli.js';
import { collect } from '../hub/paging.js';
import { hasEnded, type LogLine, type RunView } from '../hub/shapes.js';
import { printable } from '../print/printable.js';
import { absolute } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

interface LogsOptions extends PagingOptions {
  readonly follow?: boolean;
}

const followPauseMs = 1_000;

export function addRunLogs(runs: Command, cli: Cli): void {
  addPaging(
    runs
      .command('logs <id>')
      .description('what the steps of a run logged')
      .option('--follow', 'stay and print new lines until the run has ended'),
  ).action(async (id: string, options: LogsOptions) => {
    if (options.follow === true) return follow(cli, id);
    const page = await collect<LogLine>(
      cli.hub,
      logsPath(id),
      {},
      { all: false, limit: defaultLimit * 50, ...options },
    );
    printPage(cli, page, () =>
      page.items.length === 0 ? 'Nothing was logged.' : page.items.map((line) => logText(line, cli.colours)).join('\n'),
    );
  });
}

/** With `--json`: one JSON object per line, because a stream has no end to close a list at. */
async function follow(cli: Cli, id: string): Promise<void> {
  const interrupt = cli.outside.holdInterrupt();
  let cursor: string | undefined;
  try {
    for (;;) {
      // The status is read before the lines: when it says ended, the lines that follow are the last ones.
      const { status } = await cli.hub.get<RunView>(`runs/${encodeURIComponent(id)}`, { signal: interrupt.signal });
      cursor = await printNew(cli, id, cursor);
      if (hasEnded({ status })) return;
      await sleep(followPauseMs, undefined, { signal: interrupt.signal });
    }
  } catch (thrown) {
    if (!interrupt.signal.aborted) throw thrown;
    cli.exit = 'interrupted';
  } finally {
    interrupt.release();
  }
}

/** Prints what came after `cursor`; answers where it now stands. */
async function printNew(cli: Cli, id: string, cursor: string | undefined): Promise<string | undefined> {
  const { items } = await collect<LogLine>(
    cli.hub,
    logsPath(id),
    {},
    { all: true, limit: 0, ...(cursor !== undefined && { cursor }) },
  );
  for (const line of items) cli.print(cli.json ? JSON.stringify(line) : logText(line, cli.colours));
  const last = items.at(-1);
  // The cursor of numbered lists is the number of the last one seen.
  return last === undefined ? cursor : String(last.seq);
}

function logsPath(id: string): string {
  return `runs/${encodeURIComponent(id)}/logs`;
}

function logText(line: LogLine, colours: Colours): string {
  const step = line.attempt > 1 ? `${line.step}#${line.attempt}` : line.step;
  const fields = line.fields === null ? '' : ` ${colours.dim(printable(JSON.stringify(line.fields)))}`;
  return `${colours.dim(absolute(Date.parse(line.at)))} ${levelText(line.level, colours)} ${colours.cyan(printable(step))}  ${printable(line.message)}${fields}`;
}

function levelText(level: string, colours: Colours): string {
  const text = printable(level).toUpperCase().padEnd(5);
  if (level === 'error' || level === 'fatal') return colours.red(text);
  return level === 'warn' ? colours.yellow(text) : colours.dim(text);
}
