import { rename, rm, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CcError, messageOf } from '../../errors/index.js';
import type { Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { SloView } from '../hub/shapes.js';
import { table } from '../print/table.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addSlo(program: Command, cli: Cli): void {
  const slo = program.command('slo').description('what workflows promise').helpGroup('Triggers:');
  addPaging(slo.command('list').description('SLOs, and what is left of their error budgets')).action(
    async (options: PagingOptions) => {
      const page = await collect<SloView>(cli.hub, 'slos', {}, { all: false, limit: defaultLimit, ...options });
      printPage(cli, page, () =>
        page.items.length === 0 ? 'No workflow of this hub has an slo.' : sloTable(page.items, cli),
      );
    },
  );
  slo
    .command('generate')
    .description('print the Prometheus rules of the SLOs')
    .option('--out <file>', 'write them to this file instead')
    .action(async ({ out }: { out?: string }) => {
      const rules = await cli.hub.text('slos/rules', 'application/yaml');
      if (out === undefined) cli.outside.stdout.write(rules);
      else await replace(out, rules);
    });
}

/** At once: a Prometheus that reads the folder never sees half a file. */
async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new CcError('CC_FILE_NOT_WRITTEN', `${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
}

const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`;

function sloTable(items: readonly SloView[], cli: Cli): string {
  return table(
    ['slo', 'objective', 'window', 'state', 'budget left', 'why'],
    items.map((item) => [
      item.slo,
      item.limitSeconds === null ? percent(item.objective) : `${percent(item.objective)} < ${item.limitSeconds}s`,
      item.window,
      item.state,
      item.budget === null ? '-' : percent(item.budget.remaining),
      item.reason ?? '',
    ]),
    cli.colours,
  );
}
