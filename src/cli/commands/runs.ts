import type { Command } from 'commander';
import { instantArgument, someOf } from '../arguments.js';
import { jsonHelp, type Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { RunSummary, RunView } from '../hub/shapes.js';
import { runsTable, runText } from '../print/run.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';
import { addRerun } from './run-again.js';
import { addRunLogs } from './run-logs.js';

const statuses = ['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'];
const triggers = ['manual', 'schedule', 'event', 'webhook', 'alert', 'workflow', 'rerun'];

interface ListOptions extends PagingOptions {
  readonly workflow?: string;
  readonly status?: string;
  readonly trigger?: string;
  readonly since?: string;
  readonly until?: string;
}

export function addRuns(program: Command, cli: Cli): void {
  const runs = program
    .command('runs')
    .description('list, show, read the logs of, cancel, pause and rerun runs')
    .helpGroup('Runs:')
    .helpCommand(false);
  addList(runs, cli);
  addShow(runs, cli);
  addRunLogs(runs, cli);
  addCancel(runs, cli);
  addPause(runs, cli);
  addRerun(runs, cli);
}

function addList(runs: Command, cli: Cli): void {
  const instant = instantArgument(cli.outside.now);
  const list = runs
    .command('list')
    .description('runs, newest first')
    .option('--workflow <id>', 'only of this workflow')
    .option('--status <status>', `only with this status: ${statuses.join(', ')}; several with commas`, someOf(statuses))
    .option('--trigger <kind>', `only started like this: ${triggers.join(', ')}; several with commas`, someOf(triggers))
    .option('--since <time>', 'created at or after: a time, or a duration ago (2h)', instant)
    .option('--until <time>', 'created before: a time, or a duration ago (30m)', instant);
  addPaging(list).action(async (options: ListOptions) => {
    const { workflow, status, trigger, since, until } = options;
    const page = await collect<RunSummary>(
      cli.hub,
      'runs',
      { workflow, status, trigger, since, until },
      { all: false, limit: defaultLimit, ...options },
    );
    printPage(cli, page, () =>
      page.items.length === 0 ? 'No runs. `commandcenter run <workflow>` starts one.' : runsTable(page.items, cli),
    );
  });
}

function addShow(runs: Command, cli: Cli): void {
  runs
    .command('show <id>')
    .description('one run with its steps, input and output')
    .option('--json', jsonHelp)
    .action(async (id: string) => {
      const run = await cli.hub.get<RunView>(`runs/${encodeURIComponent(id)}`);
      if (cli.json) cli.printJson(run);
      else cli.print(runText(run, cli));
    });
}

function addCancel(runs: Command, cli: Cli): void {
  runs
    .command('cancel <id>')
    .description('ask a run to end: its steps are aborted, nothing new starts but its `finally`')
    .option('--reason <text>', 'kept with the run')
    .option('--force', 'without its `finally`')
    .option('--json', jsonHelp)
    .action((id: string, { reason, force }: { reason?: string; force?: boolean }) =>
      ask(cli, id, 'cancel', { reason, force }, 'is asked to end'),
    );
}

function addPause(runs: Command, cli: Cli): void {
  runs
    .command('pause <id>')
    .description('let steps in flight end, and begin nothing else')
    .option('--reason <text>', 'kept with the run')
    .option('--json', jsonHelp)
    .action((id: string, { reason }: { reason?: string }) => ask(cli, id, 'pause', { reason }, 'is asked to pause'));
  runs
    .command('resume <id>')
    .description('let a paused run go on')
    .option('--json', jsonHelp)
    .action((id: string) => ask(cli, id, 'resume', undefined, 'goes on'));
}

async function ask(cli: Cli, id: string, what: string, body: object | undefined, said: string): Promise<void> {
  const request = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await cli.hub.post<{ id: string }>(`runs/${encodeURIComponent(id)}/${what}`, request);
  if (cli.json) cli.printJson(answer);
  else cli.print(`Run ${id} ${said}.`);
}
