import type { Colours } from '../cli.js';
import type { RunView, StepView } from '../hub/shapes.js';
import { oneLine } from '../print/printable.js';
import { sign } from '../print/status.js';
import { summarised, type StepRow } from '../print/steps.js';
import { lasted } from '../print/time.js';

export interface StepTableOptions {
  /** Lines there is room for. */
  readonly rows: number;
  readonly now: number;
  readonly colours: Colours;
}

/** The run on one line, its steps below it; of too many steps, those that matter now, and a count of the rest. */
export function stepTable(run: RunView, options: StepTableOptions): string {
  const { rows, now, colours } = options;
  const lines = summarised(run.steps, 3);
  const steps = lines.map(({ step }) => step);
  const own = run.steps.filter(({ id, path }) => id === path);
  const settled = own.filter((step) => isSettled(step.status)).length;
  const head = `${sign(run.status, colours)} ${colours.bold(run.workflow)} ${colours.dim(run.id)} ${run.status}  ${lasted(run.createdAt, run.finishedAt, now)}  ${settled}/${own.length} steps`;
  const shown = steps.length < rows ? steps : mostTelling(steps, rows - 2);
  const width = Math.max(0, ...steps.map((step) => step.path.length));
  const rest = restLine(steps.filter((step) => !shown.includes(step)));
  return [
    head,
    ...lines.filter(({ step }) => shown.includes(step)).map((line) => `  ${stepLine(line, now, colours, width)}`),
    ...(rest === '' ? [] : [colours.dim(`  ${rest}`)]),
  ].join('\n');
}

export function stepLine({ step, items }: StepRow, now: number, colours: Colours, width = 0): string {
  const attempt = step.attempt > 1 ? `  attempt ${step.attempt}` : '';
  const time = step.startedAt ? `  ${lasted(step.startedAt, step.finishedAt, now)}` : '';
  const error = step.error ? `  ${colours.red(oneLine(step.error.message))}` : '';
  return `${sign(step.status, colours)} ${step.path.padEnd(width)}  ${step.status}${items === '' ? '' : `  ${items}`}${attempt}${time}${error}`;
}

function isSettled(status: string): boolean {
  return ['succeeded', 'failed', 'skipped', 'cancelled'].includes(status);
}

const weight: Readonly<Record<string, number>> = {
  failed: 0,
  running: 1,
  retrying: 1,
  waiting: 1,
  cancelled: 2,
  succeeded: 3,
  pending: 4,
  skipped: 5,
};

/** The `most` steps that say most, in their own order. */
function mostTelling(steps: readonly StepView[], most: number): readonly StepView[] {
  const ranked = steps.map((step, index) => ({ step, index, rank: weight[step.status] ?? 3 }));
  ranked.sort((a, b) => a.rank - b.rank || b.index - a.index);
  const chosen = new Set(ranked.slice(0, Math.max(1, most)).map(({ step }) => step));
  return steps.filter((step) => chosen.has(step));
}

/** `12 more: 10 succeeded, 2 pending` */
function restLine(steps: readonly StepView[]): string {
  if (steps.length === 0) return '';
  const counts = new Map<string, number>();
  for (const { status } of steps) counts.set(status, (counts.get(status) ?? 0) + 1);
  return `${steps.length} more: ${[...counts].map(([status, number]) => `${number} ${status}`).join(', ')}`;
}
