import { stringify } from 'yaml';
import { names } from '../telemetry/index.js';
import type { Objective } from '../workflow/index.js';
import { burnRateGroup, type SloGroup } from './burn-rate.js';
import { runbookOf } from './runbook.js';

export type WorkflowSlo = Objective & {
  readonly workflow: string;
  /** `<workflow>-success` or `<workflow>-duration`. */
  readonly slo: string;
};

const dashboard = 'http://127.0.0.1:3003/d/workflow-overview';
const { workflowRuns, workflowDuration } = names.instruments;
/** A cancelled run says what a person wanted, nothing about the workflow. */
const counted = 'status=~"succeeded|failed"';

/** As Prometheus 3 stores the boundary of a bucket: `30.0`, `0.5`. */
const boundary = (seconds: number) => (Number.isInteger(seconds) ? `${seconds}.0` : String(seconds));

export function groupOf(slo: WorkflowSlo): SloGroup {
  const grown = (series: string, matchers: string, window: string) =>
    `sum(increase(${series}{workflow_id="${slo.workflow}", ${matchers}}[${window}]))`;
  const common = {
    name: `slo ${slo.slo}`,
    slo: slo.slo,
    workflowId: slo.workflow,
    objective: slo.objective,
    days: slo.days,
    runbook: runbookOf,
    dashboard: `${dashboard}?var-workflow=${slo.workflow}`,
  };
  const percent = `${Number((slo.objective * 100).toFixed(4))} %`;
  if (slo.kind === 'success') {
    const all = (window: string) => grown(workflowRuns.name, counted, window);
    return burnRateGroup({
      ...common,
      count: all,
      errorRatio: (window) => `${grown(workflowRuns.name, 'status="failed"', window)} / ${all(window)}`,
      summary: `Workflow ${slo.workflow} fails too often for its objective`,
      description: `${percent} of the runs of ${slo.workflow} are to succeed.`,
    });
  }
  const all = (window: string) => grown(`${workflowDuration.name}_count`, counted, window);
  const quick = `${counted}, le="${boundary(slo.limitSeconds)}"`;
  return burnRateGroup({
    ...common,
    count: all,
    errorRatio: (window) =>
      `clamp_min(1 - ${grown(`${workflowDuration.name}_bucket`, quick, window)} / ${all(window)}, 0)`,
    summary: `Workflow ${slo.workflow} is too slow for its objective`,
    description: `${percent} of the runs of ${slo.workflow} are to end within ${slo.limitSeconds} s.`,
  });
}

/** The file as Prometheus reads it. The same SLOs give the same text, in whatever order they come. */
export function rulesText(slos: readonly WorkflowSlo[]): string {
  const groups = slos.toSorted((a, b) => (a.slo < b.slo ? -1 : 1)).map(groupOf);
  return `# Made by the hub out of \`slo:\` in workflow files: change it there.\n${stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
