import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { WorkflowVersionView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { table } from '../print/table.js';
import { when } from '../print/time.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addVersions(workflows: Command, cli: Cli): void {
  addPaging(workflows.command('versions <id>').description('the versions of a workflow, the newest first')).action(
    async (id: string, options: PagingOptions) => {
      const path = `workflows/${encodeURIComponent(id)}/versions`;
      const page = await collect<WorkflowVersionView>(
        cli.hub,
        path,
        {},
        { all: false, limit: defaultLimit, ...options },
      );
      printPage(cli, page, () => versionTable(page.items, cli));
    },
  );
}

function versionTable(items: readonly WorkflowVersionView[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['version', 'current', 'since', 'by'],
    items.map((item) => [
      item.version,
      item.current ? 'yes' : '',
      when(item.createdAt, now),
      oneLine(item.createdBy ?? '', 40),
    ]),
    cli.colours,
  );
}
