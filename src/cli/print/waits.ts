import type { RunView, StepView } from '../hub/shapes.js';
import { oneLine } from './printable.js';
import { when } from './time.js';

const mostWaits = 20;

/** What the steps of a run wait for, a line each; empty when none does. */
export function waitsText(run: RunView, now: number): string {
  const waits = run.steps.filter(({ wait }) => wait !== undefined);
  const width = Math.max(0, ...waits.slice(0, mostWaits).map(({ path }) => path.length));
  const lines = waits.slice(0, mostWaits).map((step) => `${step.path.padEnd(width)}  ${waitText(step, now)}`);
  const asks = waits.some(({ wait }) => wait?.kind === 'approval');
  return [
    ...lines,
    ...(waits.length > mostWaits ? [`and ${waits.length - mostWaits} more`] : []),
    ...(asks ? ['`commandcenter approvals list` has the ids to approve or reject.'] : []),
  ].join('\n');
}

function waitText({ wait, uses }: StepView, now: number): string {
  const { kind, until, run, message, approvers } = wait!;
  const due = until === null ? '' : `until ${when(until, now)}`;
  switch (kind) {
    case 'sleep':
      return due;
    case 'event':
      return `for the event ${uses.replace(/^waitFor /, '')} ${due}`.trimEnd();
    case 'approval':
      return [`for a decision of ${approvers?.join(', ')}`, due, oneLine(message ?? '', 80)].filter((part) => part !== '').join('  '); // prettier-ignore
    case 'workflow':
      return `for run ${run}`;
    default:
      return kind;
  }
}
