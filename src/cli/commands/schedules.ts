import { type Command, InvalidArgumentError } from 'commander';
import { CcError } from '../../errors/index.js';
import { count } from '../arguments.js';
import { jsonHelp, type Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { ScheduleView } from '../hub/shapes.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

interface PreviewOptions {
  readonly timezone: string;
  readonly next: number;
}

/** The most fires shown of one line, here and by the API. */
const mostFires = 50;

export function addSchedules(program: Command, cli: Cli): void {
  const schedules = program
    .command('schedules')
    .description('schedules, and when each fires next')
    .helpGroup('Triggers:');
  addPaging(schedules.option('--next <n>', `the next fires of each, at most ${mostFires}`, fireCount)).action(
    async ({ next, ...options }: PagingOptions & { next?: number }) => {
      const paging = { all: false, limit: defaultLimit, ...options };
      const page = await collect<ScheduleView>(cli.hub, 'schedules', { next }, paging);
      printPage(cli, page, () =>
        page.items.length === 0 ? 'No workflow of this hub has a schedule.' : scheduleTable(page.items, cli),
      );
    },
  );
  schedules
    .command('preview <cron>')
    .description('when a cron line would fire; asks no hub')
    .option('--timezone <zone>', 'IANA name of the zone whose clocks it reads', 'UTC')
    .option('--next <n>', `how many fires, at most ${mostFires}`, fireCount, 5)
    .option('--json', jsonHelp)
    .action((cron: string, options: PreviewOptions) => preview(cron, options, cli));
}

function fireCount(value: string): number {
  const fires = count(value);
  if (fires > mostFires) throw new InvalidArgumentError(`Expected at most ${mostFires}.`);
  return fires;
}

/** As the hub reckons, and without one: for a line that is being written. */
async function preview(cron: string, { timezone, next }: PreviewOptions, cli: Cli): Promise<void> {
  const { cronProblem, nextFire, timezoneProblem } = await import('../../workflow/index.js');
  const problem = cronProblem(cron) ?? timezoneProblem(timezone);
  if (problem !== undefined) throw new CcError('CC_USAGE', `"${cron}" in ${timezone}: ${problem}`);
  const fires: string[] = [];
  const now = cli.outside.now();
  let at: Date | undefined = new Date(now);
  while (fires.length < next) {
    at = nextFire({ cron, timezone }, at);
    if (at === undefined) break;
    fires.push(at.toISOString());
  }
  if (cli.json) return cli.printJson({ cron, timezone, next: fires });
  if (fires.length === 0) return cli.print('This line never fires.');
  cli.print(
    table(
      ['fires', `clocks in ${timezone}`],
      fires.map((fire) => [when(fire, now), wallClock(fire, timezone)]),
      cli.colours,
    ),
  );
}

/** What the clocks on the wall show: a line is written in their terms. */
function wallClock(fire: string, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(new Date(fire));
}

function scheduleTable(items: readonly ScheduleView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['workflow', 'cron', 'timezone', 'next', 'last'],
    items.flatMap((item) => {
      const [first = item.nextAt, ...more] = item.next ?? [];
      const line = [item.workflow, item.cron, item.timezone, when(first, now), when(item.lastAt, now)];
      return [line, ...more.map((fire) => ['', '', '', when(fire, now), ''])];
    }),
    cli.colours,
  );
}
