import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { ScheduleView } from '../hub/shapes.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addSchedules(program: Command, cli: Cli): void {
  const schedules = program
    .command('schedules')
    .description('schedules, and when each fires next')
    .helpGroup('Triggers:');
  addPaging(schedules).action(async (options: PagingOptions) => {
    const page = await collect<ScheduleView>(cli.hub, 'schedules', {}, { all: false, limit: defaultLimit, ...options });
    printPage(cli, page, () =>
      page.items.length === 0 ? 'No workflow of this hub has a schedule.' : scheduleTable(page.items, cli),
    );
  });
}

function scheduleTable(items: readonly ScheduleView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['workflow', 'cron', 'timezone', 'next', 'last'],
    items.map((item) => [item.workflow, item.cron, item.timezone, when(item.nextAt, now), when(item.lastAt, now)]),
    cli.colours,
  );
}
