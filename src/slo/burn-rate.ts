/**
 * Multi-window, multi-burn-rate rules of one SLO, as the SRE workbook has them. No import at run time: `npm run rules`
 * loads this file with Node's type stripping, the hub loads it compiled.
 */
interface SloRecording {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface SloAlert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SloGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (SloRecording | SloAlert)[];
}

export interface BurnRate {
  /** Of the group: unique in its file. */
  readonly name: string;
  readonly slo: string;
  readonly workflowId?: string;
  /** Share of events that must be good: 0.995. */
  readonly objective: number;
  /** Time the budget is for, in days: 1 to 90. */
  readonly days?: number;
  /** Bad events of all events in the window; one series without labels, NaN or none without events. */
  readonly errorRatio: (window: string) => string;
  /** How many events the window had; one series without labels. */
  readonly count: (window: string) => string;
  /** Fewer events than this in the long window call nobody: of three runs one failure is a third. */
  readonly minimum?: number;
  readonly summary: string;
  readonly description: string;
  /** Address of the page of an alert. */
  readonly runbook: (alert: string) => string;
  readonly dashboard: string;
  /** Labels of the alerts besides severity, slo, workflow_id and window. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** 5m / 30s: how many evaluations see the same event in their last 5 minutes. */
const overlap = 10;
const interval = '30s';

/** Ratios of these come from the events themselves; of the longer ones from what the rules recorded of each 5 minutes. */
const direct = ['5m', '30m', '1h'] as const;
const summed = ['2h', '6h', '1d', '3d'] as const;

/** `factor` 1 uses up the budget exactly in the SLO's window; 14.4 uses up 2 % of that of 30 days in an hour. */
const burns = [
  { alert: 'SloErrorBudgetBurnFast', severity: 'critical', factor: 14.4, long: '1h', short: '5m', days: 0 },
  { alert: 'SloErrorBudgetBurnFast', severity: 'critical', factor: 6, long: '6h', short: '30m', days: 0 },
  { alert: 'SloErrorBudgetBurnSlow', severity: 'ticket', factor: 3, long: '1d', short: '2h', days: 1 },
  { alert: 'SloErrorBudgetBurnSlow', severity: 'ticket', factor: 1, long: '3d', short: '6h', days: 3 },
] as const;

/** Without the noise of binary fractions: 1 - 0.999 is 0.0010000000000000009. */
const plain = (value: number) => Number(value.toPrecision(10));
const percent = (share: number) => `${Number((share * 100).toPrecision(4))}%`;

export function burnRateGroup(slo: BurnRate): SloGroup {
  const { days = 30, minimum = 10 } = slo;
  const budget = plain(1 - slo.objective);
  const own = { slo: slo.slo, ...(slo.workflowId !== undefined && { workflow_id: slo.workflowId }) };
  // The empty one too: a workflow called `agent` has an SLO of the same name as the hub's own `agent-success`.
  const workflowId = slo.workflowId ?? '';
  const series = (name: string) => `${name}{slo="${slo.slo}", workflow_id="${workflowId}"}`;
  const recorded = (record: string, window: string, expr: string): SloRecording => ({
    record,
    expr,
    labels: { ...own, window },
  });

  /**
   * The ratio over a long window, weighted by traffic: bad(w) / all(w) = sum of the bad of each 5 minutes / sum of all of
   * each 5 minutes. An average of ratios would make one failure at night as heavy as a hundred by day, and reading 30 days
   * of raw counters at every evaluation is what makes a Prometheus slow. Recording begins with the SLO: younger rules know
   * the time since then. `>= 0` drops the NaN of 0 / 0: no events, no series, no alert.
   */
  const weighted = (window: string) =>
    `sum_over_time(${series('slo:errors:count5m')}[${window}]) / sum_over_time(${series('slo:events:count5m')}[${window}])`;
  const counted = (window: string) =>
    (direct as readonly string[]).includes(window)
      ? `(${slo.count(window)})`
      : `sum_over_time(${series('slo:events:count5m')}[${window}]) / ${overlap}`;

  const recordings = [
    recorded('slo:events:count5m', '5m', slo.count('5m')),
    recorded('slo:errors:count5m', '5m', `((${slo.errorRatio('5m')}) * on () (${slo.count('5m')})) >= 0`),
    ...direct.map((window) => recorded(`slo:error_ratio:rate${window}`, window, `(${slo.errorRatio(window)}) >= 0`)),
    ...summed.map((window) => recorded(`slo:error_ratio:rate${window}`, window, `(${weighted(window)}) >= 0`)),
    // 1 = nothing used, 0 = all used, below 0 = the objective is missed: 1 - ratio(window) / (1 - objective).
    recorded('slo:error_budget_remaining:ratio', `${days}d`, `1 - ((${weighted(`${days}d`)}) >= 0) / ${budget}`),
  ];

  const alerts = burns
    // A ratio is never above 1: what would have to be cannot fire. A window longer than the SLO's says nothing about it.
    .filter((burn) => burn.factor * budget < 1 && burn.days <= days)
    .map((burn): SloAlert => {
      const threshold = plain(burn.factor * budget);
      const above = (window: string) => `${series(`slo:error_ratio:rate${window}`)} > ${threshold}`;
      return {
        alert: burn.alert,
        // The long window says that it matters, the short one that it still goes on: so the alert ends soon after the fault.
        expr:
          `${above(burn.long)} and on (slo) ${above(burn.short)} ` +
          // `increase` reckons between scrapes: ten events may count as 9.8.
          `and on () (${counted(burn.long)} >= ${minimum - 0.5})`,
        labels: { severity: burn.severity, ...own, window: burn.long, ...slo.labels },
        annotations: {
          summary: slo.summary,
          description:
            `${slo.description} Over the last ${burn.long} and still over the last ${burn.short} the error budget burned ` +
            `at more than ${burn.factor} times the rate that uses it up in ${days} days.`,
          value: `{{ $value | humanizePercentage }} over ${burn.long}`,
          threshold: `${percent(threshold)} over ${burn.long} (${burn.factor} x ${percent(budget)})`,
          slo_budget_left:
            `{{ with query "slo:error_budget_remaining:ratio{slo='${slo.slo}', workflow_id='${workflowId}'}" }}` +
            '{{ . | first | value | humanizePercentage }}{{ end }}',
          runbook_url: slo.runbook(burn.alert),
          dashboard_url: slo.dashboard,
        },
      };
    });

  return { name: slo.name, interval, rules: [...recordings, ...alerts] };
}
