import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import { parseDuration } from './duration.js';

/** Seconds. Only at a boundary a histogram knows how many runs took longer; a test holds them equal to telemetry's. */
export const DURATION_BOUNDARIES = [0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400] as const;

export const DAY_MS = 86_400_000;
const DEFAULT_WINDOW_DAYS = 30;
const PERCENT = /^\d{1,2}(\.\d{1,4})?%$/;

export type Objective = {
  /** Share of the runs that must be good, between 0 and 1. */
  readonly objective: number;
  /** What the budget is for. */
  readonly days: number;
} & ({ readonly kind: 'success' } | { readonly kind: 'duration'; readonly limitSeconds: number });

/** The share in `99.5%`; undefined for anything else, for 0% (nothing is promised) and for 100% (no budget is left to burn). */
export function parsePercent(text: string): number | undefined {
  if (!PERCENT.test(text)) return undefined;
  // 99.9 / 100 is 0.9990000000000001.
  const share = Number((Number(text.slice(0, -1)) / 100).toFixed(6));
  return share > 0 && share < 1 ? share : undefined;
}

/** What a checked definition promises, success first. */
export function objectivesOf({ slo }: WorkflowDefinition): Objective[] {
  if (slo === undefined) return [];
  const days = slo.window === undefined ? DEFAULT_WINDOW_DAYS : parseDuration(slo.window)! / DAY_MS;
  const success = slo.success === undefined ? undefined : parsePercent(slo.success);
  const [quantile, limit] = Object.entries(slo.duration ?? {})[0] ?? [];
  return [
    ...(success === undefined ? [] : [{ kind: 'success' as const, objective: success, days }]),
    ...(quantile === undefined || limit === undefined
      ? []
      : [
          {
            kind: 'duration' as const,
            objective: Number(quantile.slice(1)) / 100,
            days,
            limitSeconds: parseDuration(limit)! / 1000,
          },
        ]),
  ];
}
