import type { Run } from './run.js';

/** US dollars for a minute of active time, where the workflow says nothing. */
export const COST_PER_MINUTE_USD = 0.01;

/** What a run's active time costs at its workflow's rate, in US dollars. */
export function computeUsd({ plan }: Pick<Run, 'plan'>, activeMs: number): number {
  return (activeMs / 60_000) * plan.costPerMinute;
}

/** What its agents reported and its active time up to its last change. Once it has ended: all it cost. */
export function totalUsd(run: Run): number {
  return run.costUsd + computeUsd(run, run.activeMs);
}
