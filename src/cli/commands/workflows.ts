import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type Cli, type Colours, jsonHelp } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { WorkflowSummary, WorkflowView } from '../hub/shapes.js';
import { oneLine, printable } from '../print/printable.js';
import { fields, table } from '../print/table.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addWorkflows(program: Command, cli: Cli): void {
  const workflows = program
    .command('workflows')
    .description('list and show workflows')
    .helpGroup('Workflows:')
    .helpCommand(false);
  addPaging(workflows.command('list').description('the workflows this hub has')).action(
    async (options: PagingOptions) => {
      const page = await collect<WorkflowSummary>(
        cli.hub,
        'workflows',
        {},
        { all: false, limit: defaultLimit, ...options },
      );
      printPage(cli, page, () =>
        page.items.length === 0
          ? 'No workflows: put files in a folder that commandcenter.yaml lists.'
          : listText(page.items, cli),
      );
    },
  );
  workflows
    .command('show <id>')
    .description('one workflow as the hub runs it')
    .option('--version <version>', 'a version other than the current one')
    .option('--json', jsonHelp)
    .action(async (id: string, { version }: { version?: string }) => {
      const workflow = await cli.hub.get<WorkflowView>(`workflows/${encodeURIComponent(id)}`, { query: { version } });
      if (cli.json) cli.printJson(workflow);
      else cli.print(showText(workflow, cli));
    });
}

function listText(items: readonly WorkflowSummary[], cli: Cli): string {
  return table(
    ['id', 'name', 'version', 'steps', 'started by', 'enabled', 'from'],
    items.map((item) => [
      item.id,
      oneLine(item.name, 40),
      item.version,
      String(item.steps),
      oneLine([...item.schedules, ...item.events].join(', '), 40),
      yesNo(item.enabled, cli.colours),
      item.file ?? item.source,
    ]),
    cli.colours,
  );
}

function showText(workflow: WorkflowView, cli: Cli): string {
  const head = fields(
    [
      ['workflow', workflow.id],
      ['name', oneLine(workflow.name)],
      ['version', workflow.version],
      ['enabled', yesNo(workflow.enabled, cli.colours)],
    ],
    cli.colours,
  );
  return `${head}\n\n${printable(stringify(workflow.definition)).trimEnd()}`;
}

function yesNo(value: boolean, colours: Colours): string {
  return value ? 'yes' : colours.yellow('no');
}
