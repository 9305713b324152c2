import type { Cli, Colours } from '../cli.js';
import type { FailureView, RunSummary, RunView, TriggerView } from '../hub/shapes.js';
import { oneLine, printable, valueText } from './printable.js';
import { statusText } from './status.js';
import { summarised } from './steps.js';
import { fields, table } from './table.js';
import { lasted, when } from './time.js';
import { waitsText } from './waits.js';

export function runsTable(runs: readonly RunSummary[], cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['id', 'workflow', 'status', 'trigger', 'created', 'took'],
    runs.map((run) => [
      run.id,
      run.workflow,
      statusText(run.status, cli.colours),
      run.trigger.kind,
      when(run.createdAt, now),
      lasted(run.startedAt, run.finishedAt, now),
    ]),
    cli.colours,
  );
}

/** Everything about one run, for reading. */
export function runText(run: RunView, cli: Cli): string {
  const { colours } = cli;
  const now = cli.outside.now();
  const head = fields(
    [
      ['run', run.id],
      ['workflow', `${run.workflow}  ${colours.dim(`version ${run.version}`)}`],
      ['status', statusText(run.status, colours)],
      ['trigger', triggerText(run.trigger)],
      ['created', when(run.createdAt, now)],
      ['started', when(run.startedAt, now)],
      ['finished', when(run.finishedAt, now)],
      ['took', lasted(run.startedAt, run.finishedAt, now)],
      ['cost', `${run.cost.usd.toFixed(4)} USD, ${run.cost.activeSeconds.toFixed(1)} s active`],
      ['trace', run.traceId ?? undefined],
    ],
    colours,
  );
  const parts = [head, stepsTable(run, cli)];
  const waits = waitsText(run, now);
  if (waits !== '') parts.push(`${colours.dim('WAITS')}\n${waits}`);
  if (run.error) parts.push(failureLine(run.error, colours));
  if (!isEmpty(run.input)) parts.push(`${colours.dim('INPUT')}\n${valueText(run.input)}`);
  if (!isEmpty(run.output)) parts.push(`${colours.dim('OUTPUT')}\n${valueText(run.output)}`);
  return parts.join('\n\n');
}

export function failureLine(error: FailureView, colours: Colours): string {
  const step = error.step === undefined ? '' : ` (step ${error.step})`;
  return `${colours.red('✗')} ${printable(error.message)}${step} ${colours.dim(`[${error.code}]`)}`;
}

function stepsTable(run: RunView, cli: Cli): string {
  const now = cli.outside.now();
  return table(
    ['step', 'status', 'uses', 'attempt', 'took', 'error'],
    summarised(run.steps).map(({ step, items }) => [
      step.path,
      `${statusText(step.status, cli.colours)}${items === '' ? '' : `  ${items}`}`,
      step.uses ?? '',
      step.attempt > 0 ? String(step.attempt) : '',
      lasted(step.startedAt, step.finishedAt, now),
      step.error ? oneLine(step.error.message, 80) : '',
    ]),
    cli.colours,
  );
}

function triggerText(trigger: TriggerView): string {
  const { kind, by, of, parent } = trigger;
  if (parent !== undefined) return `${kind}: step ${parent.step} of run ${parent.run}`;
  const who = by === undefined ? '' : ` by ${printable(by)}`;
  return `${kind}${of === undefined ? '' : ` of run ${of}`}${who}`;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}
