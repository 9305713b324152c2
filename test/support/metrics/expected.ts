import { instruments, type Instrument, labelValues, unknownPlugin } from '../../../src/telemetry/names.js';
import type { Ledger } from './ledger.js';
import { type Labels, seriesKey, type SeriesValues } from './scrape.js';

/** What a hub knows before anything happens. */
export interface Known {
  readonly workflows: readonly {
    readonly id: string;
    readonly triggers: readonly string[];
    readonly perMinute?: number;
  }[];
  readonly agents: readonly { readonly id: string; readonly actions: readonly { readonly id: string }[] }[];
  /** As commandcenter.yaml has them. */
  readonly plugins: readonly { readonly use: string }[];
}

/** The series of the engine's counters and histograms that a hub should print when all of this happened on it. */
export function expectedSeries(known: Known, ledger: Ledger, labelOf = (workflow: string) => workflow): SeriesValues {
  const series = new Map<string, number>();
  const add = (name: string, labels: Labels, value: number) => {
    const key = seriesKey(name, labels);
    series.set(key, (series.get(key) ?? 0) + value);
  };
  const observe = ({ name, boundaries = [] }: Instrument, labels: Labels, value: number) => {
    for (const le of boundaries) add(`${name}_bucket`, { ...labels, le: String(le) }, value <= le ? 1 : 0);
    add(`${name}_bucket`, { ...labels, le: '+Inf' }, 1);
    add(`${name}_sum`, labels, value);
    add(`${name}_count`, labels, 1);
  };

  const rates = new Map<string, number>();
  for (const { id, triggers, perMinute = 0.01 } of known.workflows) {
    const workflow_id = labelOf(id);
    rates.set(id, perMinute);
    for (const status of labelValues.runStatus)
      for (const trigger of triggers) add('workflow_runs_total', { workflow_id, status, trigger }, 0);
    for (const decision of triggers.includes('alert') ? labelValues.alertDecision : [])
      add('workflow_alert_starts_total', { workflow_id, decision }, 0);
    add('workflow_execution_seconds_total', { workflow_id }, 0);
    add('workflow_cost_usd_total', { workflow_id, kind: 'compute' }, 0);
  }
  for (const { id: agent_id, actions } of known.agents) {
    for (const { id: action } of actions) {
      for (const status of labelValues.agentStatus) add('agent_runs_total', { agent_id, action, status }, 0);
      for (const error_type of labelValues.errorType) add('agent_errors_total', { agent_id, action, error_type }, 0);
      add('agent_retry_count_total', { agent_id, action }, 0);
    }
  }

  for (const { use: plugin } of known.plugins)
    for (const kind of labelValues.faultKind) add('plugin_faults_total', { plugin, kind }, 0);
  add('plugin_faults_total', { plugin: unknownPlugin, kind: 'rejection' }, 0);

  for (const { workflow, trigger, status, seconds, activeSeconds } of ledger.runs) {
    const workflow_id = labelOf(workflow);
    add('workflow_runs_total', { workflow_id, status, trigger }, 1);
    observe(instruments.workflowDuration, { workflow_id, status }, seconds);
    add('workflow_execution_seconds_total', { workflow_id }, activeSeconds);
    add('workflow_cost_usd_total', { workflow_id, kind: 'compute' }, (activeSeconds / 60) * rates.get(workflow)!);
  }
  for (const { workflow, kind, usd } of ledger.costs)
    add('workflow_cost_usd_total', { workflow_id: labelOf(workflow), kind }, usd);
  for (const { agent: agent_id, action, status, seconds } of ledger.attempts) {
    add('agent_runs_total', { agent_id, action, status }, 1);
    observe(instruments.agentDuration, { agent_id, action, status }, seconds);
  }
  for (const { agent: agent_id, action, type } of ledger.errors)
    add('agent_errors_total', { agent_id, action, error_type: type }, 1);
  for (const { agent: agent_id, action } of ledger.retries) add('agent_retry_count_total', { agent_id, action }, 1);
  for (const { trigger, seconds } of ledger.lags) observe(instruments.workflowTriggerLag, { trigger }, seconds);
  for (const { workflow, decision, seconds } of ledger.approvals)
    observe(instruments.workflowApprovalWait, { workflow_id: labelOf(workflow), decision }, seconds);
  add('run_takeovers_total', { reason: 'dead' }, ledger.takeOvers);
  return series;
}

/** What is missing, too much, or has another value; sums of floats may differ in their last digits. */
export function differences(expected: SeriesValues, actual: SeriesValues): string[] {
  const keys = [...new Set([...expected.keys(), ...actual.keys()])].sort();
  return keys.flatMap((key) => {
    const [should, is] = [expected.get(key), actual.get(key)];
    if (should !== undefined && is !== undefined && Math.abs(should - is) < 1e-6) return [];
    return [`${key}: ${is ?? 'not printed'}, should be ${should ?? 'not there'}`];
  });
}
