import type { Command } from 'commander';
import { fileText } from '../arguments.js';
import type { Cli } from '../cli.js';
import { HubError } from '../hub/hub-error.js';
import type { ProblemView, ValidationView, WorkflowSummary, WorkflowView } from '../hub/shapes.js';
import { problemLine } from '../print/failure.js';
import { table } from '../print/table.js';
import { filesOf, typeOf } from '../workflow-files.js';
import { deployed } from './deployed.js';

/** A file that may be sent. */
interface Planned {
  readonly file: string;
  readonly text: string;
  readonly workflow: string;
  readonly version: string;
  /** The current version; null when the workflow is new. */
  readonly from: string | null;
}

type Outcome = 'created' | 'changed' | 'unchanged' | 'not sent';

interface Applied extends Omit<Planned, 'text'> {
  readonly outcome: Outcome;
}

export function addApply(workflows: Command, cli: Cli): void {
  workflows
    .command('apply <files...>')
    .description('make the workflows of the hub what the files say (admin); all are checked before one is sent')
    .option('--dry-run', 'say what would change and change nothing')
    .option('--json', 'print {"items": [{"file", "workflow", "version", "from", "outcome"}]}')
    .action(async (named: string[], { dryRun = false }: { dryRun?: boolean }) => {
      const planned = await plan(named.flatMap(filesOf), cli);
      if (planned === undefined) return;
      if (!dryRun) return send(planned, cli);
      print(
        planned.map(({ text: _text, ...one }) => ({ ...one, outcome: outcomeOf(one) })),
        cli,
      );
      cli.note('Nothing was sent (--dry-run).');
    });
}

/** Undefined when any file must not be sent, and then everything that is wrong was told. */
async function plan(files: readonly string[], cli: Cli): Promise<readonly Planned[] | undefined> {
  const planned: Planned[] = [];
  const wrong: { readonly file: string; readonly problems: readonly ProblemView[] }[] = [];
  const known = new Map<string, string>();
  for (const file of files) {
    const text = fileText(file);
    const { workflow, problems } = await cli.hub.post<ValidationView>('workflows/validate', {
      body: text,
      contentType: typeOf(file),
      repeatable: true,
    });
    const current = workflow && (await deployed(cli, workflow.id));
    const all = [...problems, ...(workflow === undefined ? [] : aboutId(workflow.id, known, current))];
    if (all.length > 0 || workflow === undefined) wrong.push({ file, problems: all });
    else planned.push({ file, text, workflow: workflow.id, version: workflow.version, from: current?.version ?? null });
    if (workflow !== undefined) known.set(workflow.id, file);
  }
  if (wrong.length === 0) return planned;
  cli.exit = 'failed';
  if (cli.json) cli.printJson({ items: wrong.map((one) => ({ ...one, outcome: 'refused' })) });
  else cli.print(wrong.flatMap(({ file, problems }) => problems.map((one) => problemLine(file, one))).join('\n'));
  cli.note(`Nothing was sent: ${wrong.length} of ${files.length} files ${wrong.length === 1 ? 'is' : 'are'} refused.`);
  return undefined;
}

function aboutId(id: string, known: ReadonlyMap<string, string>, current: WorkflowView | undefined): ProblemView[] {
  const problem = (message: string) => [{ path: 'id', message, code: 'CC_WORKFLOW_OWNED' }];
  const twin = known.get(id);
  if (twin !== undefined) return problem(`"${id}" is also the id in ${twin}`);
  if (current === undefined || current.source === 'api' || current.gone) return [];
  const owner =
    current.file === undefined ? `came with the plugin ${current.plugin}` : `is that of the file ${current.file}`;
  return problem(`"${id}" ${owner} of the hub: change it there, or take another id`);
}

/** Ends at the first that fails. What was sent before stays, and the list says so; sent again it changes nothing. */
async function send(planned: readonly Planned[], cli: Cli): Promise<void> {
  const done: Applied[] = [];
  try {
    for (const { text, ...one } of planned) done.push({ ...one, outcome: await put(one, text, cli) });
  } finally {
    const rest = planned
      .slice(done.length)
      .map(({ text: _text, ...one }): Applied => ({ ...one, outcome: 'not sent' }));
    print([...done, ...rest], cli);
  }
}

async function put({ workflow, file, version, from }: Omit<Planned, 'text'>, text: string, cli: Cli): Promise<Outcome> {
  try {
    const { outcome } = await cli.hub.put<WorkflowSummary & { outcome: Outcome }>(`workflows/${workflow}`, {
      body: text,
      contentType: typeOf(file),
      headers: from === null ? { 'if-none-match': '*' } : { 'if-match': `"${from}"` },
    });
    return outcome;
  } catch (thrown) {
    if (!(thrown instanceof HubError) || thrown.code !== 'CC_WORKFLOW_CHANGED') throw thrown;
    // Our own first attempt, whose answer was lost.
    if ((await deployed(cli, workflow))?.version === version) return from === null ? 'created' : 'changed';
    throw thrown;
  }
}

function outcomeOf({ from, version }: Pick<Planned, 'from' | 'version'>): Outcome {
  if (from === null) return 'created';
  return from === version ? 'unchanged' : 'changed';
}

function print(items: readonly Applied[], cli: Cli): void {
  if (cli.json) return cli.printJson({ items });
  cli.print(
    table(
      ['file', 'workflow', 'outcome', 'from', 'version'],
      items.map(({ file, workflow, outcome, from, version }) => [file, workflow, outcome, from ?? '', version]),
      cli.colours,
    ),
  );
}
