import type { Sample } from './prometheus-samples.js';
import type { WorkflowSlo } from './workflow-rules.js';

type SloState = 'ok' | 'burning' | 'exhausted' | 'unknown';

export interface SloReport {
  readonly slo: WorkflowSlo;
  readonly state: SloState;
  readonly budget: {
    /** 1 = nothing used, 0 = all used, below 0 = the objective is missed. */
    readonly remaining: number;
    readonly errorRatio: number;
    readonly at: Date;
  } | null;
  /** How many times faster than allowed the budget burned, by how far one looks back. */
  readonly burnRates: Readonly<Record<string, number>>;
  /** Why there is no budget. */
  readonly reason: string | null;
}

export const withoutBudget = (slo: WorkflowSlo, reason: string): SloReport => ({
  slo,
  state: 'unknown',
  budget: null,
  burnRates: {},
  reason,
});

/** What the samples say about this one; those of other SLOs are among them. */
export function reportOf(slo: WorkflowSlo, samples: readonly Sample[]): SloReport {
  const own = samples.filter(({ labels }) => labels['slo'] === slo.slo && labels['workflow_id'] === slo.workflow);
  const allowed = 1 - slo.objective;
  const burnRates = Object.fromEntries(
    own.flatMap(({ labels, value }) => {
      const [, window] = /^slo:error_ratio:rate(\w+)$/.exec(labels['__name__'] ?? '') ?? [];
      return window === undefined ? [] : [[window, rounded(value / allowed)]];
    }),
  );
  // After a change of the window the old series stays for a few minutes.
  const left = own.find(
    ({ labels }) => labels['__name__'] === 'slo:error_budget_remaining:ratio' && labels['window'] === `${slo.days}d`,
  );
  if (left === undefined)
    return { ...withoutBudget(slo, 'no runs in the window, or Prometheus has not read the rules yet'), burnRates };
  const burning = own.some(({ labels }) => labels['__name__'] === 'ALERTS' && labels['alertstate'] === 'firing');
  return {
    slo,
    state: burning ? 'burning' : left.value <= 0 ? 'exhausted' : 'ok',
    budget: {
      remaining: rounded(left.value),
      errorRatio: rounded((1 - left.value) * allowed),
      at: left.at,
    },
    burnRates,
    reason: null,
  };
}

const rounded = (value: number) => Number(value.toFixed(6));
