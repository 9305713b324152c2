import type { Command } from 'commander';
import { CcError } from '../../errors/index.js';
import { fileText } from '../arguments.js';
import { type Cli, type Colours } from '../cli.js';
import { HubError } from '../hub/hub-error.js';
import type { Page, WorkflowVersionView, WorkflowView } from '../hub/shapes.js';
import { definitionDiff, type Side } from '../print/definition-diff.js';
import { printable } from '../print/printable.js';
import { isFileName } from '../workflow-files.js';

interface DiffOptions {
  readonly from?: string;
  readonly to?: string;
  readonly exitCode?: boolean;
}

export function addDiff(workflows: Command, cli: Cli): void {
  workflows
    .command('diff <file-or-id>')
    .description('what a file would change, or what changed between two versions, as a unified diff')
    .option('--from <version>', 'the older side (default: the current version; of an id, the one before)')
    .option('--to <version>', 'of an id, the newer side (default: the current version)')
    .option('--exit-code', 'exit 1 when there is a difference')
    .option('--json', 'print {"workflow", "from", "to", "diff"}; the diff is empty when there is none')
    .action(async (target: string, options: DiffOptions) => {
      const { id, from, to } = isFileName(target)
        ? await fileSides(target, options, cli)
        : await versionSides(target, options, cli);
      const diff = definitionDiff(from, to);
      if (diff !== '' && options.exitCode === true) cli.exit = 'failed';
      if (cli.json) cli.printJson({ workflow: id, from: from.label, to: to.label, diff });
      else if (diff === '') cli.note(`No difference: ${to.label} says what ${from.label} says.`);
      else cli.print(coloured(printable(diff), cli.colours));
    });
}

interface Sides {
  readonly id: string;
  readonly from: Side;
  readonly to: Side;
}

async function fileSides(file: string, { from, to }: DiffOptions, cli: Cli): Promise<Sides> {
  if (to !== undefined) throw new CcError('CC_USAGE', `--to compares versions of an id; ${file} is the newer side`);
  const { validateWorkflow } = await import('../../workflow/index.js');
  const { plan, problems } = validateWorkflow(fileText(file));
  if (plan === undefined) throw new CcError('CC_WORKFLOW_INVALID', `${file} is no workflow yet`, { problems });
  const { id, definition } = plan;
  return { id, from: await hubSide(id, from, cli), to: { label: file, definition } };
}

async function versionSides(id: string, { from, to }: DiffOptions, cli: Cli): Promise<Sides> {
  const older = from ?? (await versionBefore(id, to, cli));
  return { id, from: await hubSide(id, older, cli), to: await hubSide(id, to, cli) };
}

/** A workflow that the hub does not have is all new; a version that it does not have is an error. */
async function hubSide(id: string, version: string | undefined, cli: Cli): Promise<Side> {
  try {
    const found = await cli.hub.get<WorkflowView>(`workflows/${encodeURIComponent(id)}`, { query: { version } });
    return { label: `${id}@${found.version}`, definition: found.definition };
  } catch (thrown) {
    const isNew = thrown instanceof HubError && thrown.code === 'CC_WORKFLOW_NOT_FOUND' && version === undefined;
    if (isNew) return { label: `${id} (not on the hub)`, definition: undefined };
    throw thrown;
  }
}

async function versionBefore(id: string, version: string | undefined, cli: Cli): Promise<string> {
  const path = `workflows/${encodeURIComponent(id)}/versions`;
  const { items } = await cli.hub.get<Page<WorkflowVersionView>>(path, { query: { limit: 200 } });
  const at = items.findIndex((item) => (version === undefined ? item.current : item.version === version));
  const before = at === -1 ? undefined : items[at + 1];
  if (before !== undefined) return before.version;
  throw new CcError('CC_USAGE', `no version of ${id} came before this one: say which with --from`);
}

function coloured(diff: string, colours: Colours): string {
  const paint = (line: string) => {
    if (line.startsWith('+')) return colours.green(line);
    if (line.startsWith('-')) return colours.red(line);
    return line.startsWith('@@') ? colours.cyan(line) : line;
  };
  return diff.split('\n').map(paint).join('\n');
}
