import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type Cli, type Colours, jsonHelp } from '../cli.js';
import { collect } from '../hub/paging.js';
import type { WorkflowSummary, WorkflowView } from '../hub/shapes.js';
import { oneLine, printable } from '../print/printable.js';
import { startedBy, startersOf } from '../print/started-by.js';
import { fields, table } from '../print/table.js';
import { problemLine } from '../print/failure.js';
import { addApply } from './workflow-apply.js';
import { addDiff } from './workflow-diff.js';
import { addSwitches } from './workflow-switches.js';
import { addVersions } from './workflow-versions.js';
import { addPaging, defaultLimit, type PagingOptions, printPage } from './paging-options.js';

export function addWorkflows(program: Command, cli: Cli): void {
  const workflows = program
    .command('workflows')
    .description('list, show and change workflows')
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
      if (!cli.json) page.items.forEach((item) => noteRefused(item, cli));
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
  addVersions(workflows, cli);
  addApply(workflows, cli);
  addDiff(workflows, cli);
  addSwitches(workflows, cli);
}

type About = Omit<WorkflowView, 'definition'>;

function listText(items: readonly WorkflowSummary[], cli: Cli): string {
  return table(
    ['id', 'name', 'version', 'steps', 'started by', 'enabled', 'from'],
    items.map((item) => [
      item.id,
      oneLine(item.name, 40),
      item.version,
      String(item.steps),
      oneLine(startedBy(item), 40),
      enabledText(item, cli.colours),
      originOf(item),
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
      ['started by', oneLine(startedBy(startersOf(workflow.definition))) || '-'],
      ['enabled', enabledText(workflow, cli.colours)],
      ['from', oneLine(originOf(workflow))],
    ],
    cli.colours,
  );
  return `${head}\n\n${printable(stringify(workflow.definition)).trimEnd()}`;
}

function enabledText({ enabled, gone, source, disabledBy }: About, colours: Colours): string {
  if (enabled) return 'yes';
  return colours.yellow(gone ? `no: its ${source} is gone` : `no: by ${oneLine(disabledBy ?? 'somebody', 30)}`);
}

function originOf({ source, file, plugin }: About): string {
  return file ?? (plugin === undefined ? source : `plugin ${plugin}`);
}

/** Why somebody's edit did not take. */
function noteRefused(item: WorkflowSummary, cli: Cli): void {
  if (item.problems === undefined) return;
  cli.note(cli.noteColours.yellow(`${originOf(item)} as it is now is refused; ${item.id} stays at ${item.version}:`));
  for (const problem of item.problems) cli.note(`  ${problemLine(originOf(item), problem)}`);
}
