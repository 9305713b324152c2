import {
  instruments,
  labelValues,
  seriesOf,
  standardMetrics,
  type InstrumentKind,
} from '../../../src/telemetry/names.js';

interface Known {
  readonly kind: InstrumentKind;
  readonly labels: ReadonlySet<string>;
  /** Labels whose values come from a closed list. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Every scrape adds these. */
const everywhere = ['job', 'instance'];

const closed: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  workflow_runs_total: { status: labelValues.runStatus, trigger: labelValues.trigger },
  workflow_duration: { status: labelValues.runStatus },
  workflow_approval_wait_time: { decision: labelValues.decision },
  workflow_alert_starts_total: { decision: labelValues.alertDecision },
  run_takeovers_total: { reason: labelValues.takeoverReason },
  workflows_active: { status: labelValues.activeStatus },
  agent_runs_total: { status: labelValues.agentStatus },
  agent_duration: { status: labelValues.agentStatus },
  agent_errors_total: { error_type: labelValues.errorType },
  db_pool_connections: { state: labelValues.poolState },
  plugin_faults_total: { kind: labelValues.faultKind },
  run_default_partition_rows: { table: labelValues.partitionedTable },
  http_server_active_connections: { state: labelValues.connectionState },
};

/** By the name of every series that a hub can have in Prometheus. */
export const contract: ReadonlyMap<string, Known> = new Map(
  [
    ...Object.values(instruments),
    ...Object.entries(standardMetrics).map(([name, { kind, labels }]) => ({ name, kind, labels })),
  ].flatMap(({ name, kind, labels }) =>
    seriesOf({ name, kind }).map((series): [string, Known] => [
      series,
      {
        kind,
        labels: new Set([...everywhere, ...labels, ...(series.endsWith('_bucket') ? ['le'] : [])]),
        values: new Map(Object.entries(closed[name] ?? {})),
      },
    ]),
  ),
);
