/**
 * The telemetry contract: names, units and labels of everything this hub says about itself. Dashboards, alert rules and
 * their tests are checked against this file; what is not here does not exist for them.
 */
/** The instrumentation scope of the hub's own spans. */
export const tracerName = 'commandcenter';

export const span = {
  workflow: 'workflow.execute',
  agent: 'agent.execute',
  approval: 'approval.wait',
  timer: 'timer.wait',
  /** Of the shells, inside the request that asks. */
  runsList: 'runs.list',
  runsGet: 'runs.get',
  runsCancel: 'runs.cancel',
  runsPause: 'runs.pause',
  runsResume: 'runs.resume',
  runsRerun: 'runs.rerun',
  approvalsDecide: 'approvals.decide',
  eventsAccept: 'events.accept',
  definitionsLoad: 'definitions.load',
  definitionsPut: 'definitions.put',
  definitionsSwitch: 'definitions.switch',
} as const;

/** Keys of span attributes and of log lines. Run ids stand here and never on metrics. */
export const attribute = {
  workflowId: 'workflow.id',
  workflowName: 'workflow.name',
  workflowVersion: 'workflow.version',
  workflowTrigger: 'workflow.trigger',
  workflowRunId: 'workflow.run.id',
  workflowStatus: 'workflow.status',
  workflowDurationMs: 'workflow.duration.ms',
  workflowStep: 'workflow.step',
  agentId: 'agent.id',
  agentName: 'agent.name',
  agentAction: 'agent.action',
  agentAttempt: 'agent.attempt',
  agentStatus: 'agent.status',
  agentDurationMs: 'agent.duration.ms',
  timerKind: 'timer.kind',
  approvalDecision: 'approval.decision',
  errorType: 'error.type',
} as const;

export type InstrumentKind = 'counter' | 'histogram' | 'gauge';

export interface Instrument {
  /** As it is made; Prometheus calls it the same, but for a counter whose name does not end in `_total`. */
  readonly name: string;
  readonly kind: InstrumentKind;
  /** UCUM: s, By, {run} ... */
  readonly unit: string;
  readonly description: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly boundaries?: readonly number[];
}

export const instruments = {
  workflowRuns: {
    name: 'workflow_runs_total',
    kind: 'counter',
    unit: '{run}',
    description: 'Runs that ended',
    labels: ['workflow_id', 'status', 'trigger'],
  },
  workflowDuration: {
    name: 'workflow_duration',
    kind: 'histogram',
    unit: 's',
    description: 'From the start of a run to its end, waits included',
    labels: ['workflow_id', 'status'],
    boundaries: [0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400],
  },
  workflowsActive: {
    name: 'workflows_active',
    kind: 'gauge',
    unit: '{run}',
    description: 'Runs that have not ended, over all replicas: read with max',
    labels: ['status'],
  },
  workflowApprovalWait: {
    name: 'workflow_approval_wait_time',
    kind: 'histogram',
    unit: 's',
    description: 'From asking for an approval to its decision',
    labels: ['workflow_id', 'decision'],
    boundaries: [60, 300, 900, 3600, 14400, 28800, 86400, 259200],
  },
  agentRuns: {
    name: 'agent_runs_total',
    kind: 'counter',
    unit: '{attempt}',
    description: 'Attempts of steps that ended',
    labels: ['agent_id', 'action', 'status'],
  },
  agentDuration: {
    name: 'agent_duration',
    kind: 'histogram',
    unit: 's',
    description: 'How long an attempt took',
    labels: ['agent_id', 'action', 'status'],
    boundaries: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  agentErrors: {
    name: 'agent_errors_total',
    kind: 'counter',
    unit: '{error}',
    description: 'Attempts that did not succeed, by the kind of error',
    labels: ['agent_id', 'action', 'error_type'],
  },
  agentRetries: {
    name: 'agent_retry_count',
    kind: 'counter',
    unit: '{retry}',
    description: 'Attempts that will be repeated',
    labels: ['agent_id', 'action'],
  },
  workflowExecutionSeconds: {
    name: 'workflow_execution_seconds_total',
    kind: 'counter',
    unit: 's',
    description: 'Time in which at least one step of a run was executing, of runs that ended: the base of cost',
    labels: ['workflow_id'],
  },
  workflowCostUsd: {
    name: 'workflow_cost_usd_total',
    kind: 'counter',
    unit: '{USD}',
    description: "Compute at the workflow's rate (kind compute), or what an agent reported",
    labels: ['workflow_id', 'kind'],
  },
  workflowScheduleNextDue: {
    name: 'workflow_schedule_next_due_seconds',
    kind: 'gauge',
    unit: 's',
    description: 'When the workflow is due next by its schedule, seconds since 1970: read with max',
    labels: ['workflow_id'],
  },
  workflowAlertStarts: {
    name: 'workflow_alert_starts_total',
    kind: 'counter',
    unit: '{alert}',
    description: 'Alerts that matched an on.alert: a run was started, or cooldown or guard dropped them',
    labels: ['workflow_id', 'decision'],
  },
  workflowQueueOldest: {
    name: 'workflow_queue_oldest_seconds',
    kind: 'gauge',
    unit: 's',
    description: 'How long the oldest due run has waited for a replica: read with max',
    labels: [],
  },
  approvalsPending: {
    name: 'approvals_pending',
    kind: 'gauge',
    unit: '{approval}',
    description: 'Approvals that wait for a decision: read with max',
    labels: [],
  },
  workflowTriggerLag: {
    name: 'workflow_trigger_lag',
    kind: 'histogram',
    unit: 's',
    description: 'From the moment a run was due to the start of its first step',
    labels: ['trigger'],
    boundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 60, 300],
  },
  runTakeovers: {
    name: 'run_takeovers_total',
    kind: 'counter',
    unit: '{run}',
    description: 'Runs taken over from a replica',
    labels: ['reason'],
  },
  pluginFaults: {
    name: 'plugin_faults_total',
    kind: 'counter',
    unit: '{fault}',
    description: 'Errors of plugins that nobody caught, beside what attempts failed of; the hub went on',
    labels: ['plugin', 'kind'],
  },
  defaultPartitionRows: {
    name: 'run_default_partition_rows',
    kind: 'gauge',
    unit: '{row}',
    description: 'Rows of runs that no weekly partition took, counted up to 10,000; should be 0: read with max',
    labels: ['table'],
  },
  dbPoolConnections: {
    name: 'db_pool_connections',
    kind: 'gauge',
    unit: '{connection}',
    description: 'Connections of the pool by state; waiting counts requests for one',
    labels: ['state'],
  },
  httpActiveConnections: {
    name: 'http_server_active_connections',
    kind: 'gauge',
    unit: '{connection}',
    description: 'Open connections of the HTTP server: active ones have a request in flight',
    labels: ['state'],
  },
} as const satisfies Record<string, Instrument>;

/** Where labels take their values from a closed list: series of these are born at 0. */
export const labelValues = {
  runStatus: ['succeeded', 'failed', 'cancelled'],
  agentStatus: ['succeeded', 'failed', 'timed_out', 'cancelled'],
  errorType: ['retryable', 'terminal', 'timeout', 'lost', 'quarantined', 'limit', '_OTHER'],
  trigger: ['manual', 'schedule', 'event', 'webhook', 'alert', 'workflow', 'rerun'],
  activeStatus: ['queued', 'running', 'waiting', 'paused'],
  decision: ['approved', 'rejected', 'expired', 'cancelled'],
  takeoverReason: ['dead'],
  alertDecision: ['started', 'cooldown', 'guarded'],
  faultKind: ['rejection', 'exception'],
  partitionedTable: ['run', 'run_event', 'run_log'],
  poolState: ['used', 'idle', 'waiting'],
  connectionState: ['active', 'idle'],
} as const;

/** The workflows beyond `telemetry.workflowLabelBudget`. */
export const otherWorkflow = '_other';
/** Whose fault it is when a stack names no plugin. */
export const unknownPlugin = '_other';
/** The kind of cost that the hub reckons itself, from time and rate. */
export const computeCost = 'compute';

const http = ['http_request_method', 'url_scheme', 'network_protocol_version', 'http_route', 'http_response_status_code', 'error_type']; // prettier-ignore
const database = ['db_namespace', 'db_operation_name', 'db_system_name', 'error_type'];

/** What the SDK's instrumentations print beside ours, and dashboards use. Names as Prometheus has them. */
export const standardMetrics: Readonly<
  Record<string, { readonly kind: InstrumentKind; readonly labels: readonly string[] }>
> = {
  // prettier-ignore
  http_server_request_duration: { kind: 'histogram', labels: http },
  // prettier-ignore
  http_client_request_duration: { kind: 'histogram', labels: ['http_request_method', 'http_response_status_code', 'error_type'] },
  db_client_operation_duration: { kind: 'histogram', labels: database },
  nodejs_eventloop_delay_p50: { kind: 'gauge', labels: [] },
  nodejs_eventloop_delay_p90: { kind: 'gauge', labels: [] },
  nodejs_eventloop_delay_p99: { kind: 'gauge', labels: [] },
  nodejs_eventloop_utilization: { kind: 'gauge', labels: [] },
  v8js_memory_heap_used: { kind: 'gauge', labels: ['v8js_heap_space_name'] },
  v8js_memory_heap_space_physical_size: { kind: 'gauge', labels: ['v8js_heap_space_name'] },
  v8js_gc_duration: { kind: 'histogram', labels: ['v8js_gc_type'] },
  process_memory_usage: { kind: 'gauge', labels: [] },
  process_cpu_utilization: { kind: 'gauge', labels: ['process_cpu_state'] },
  process_cpu_time_total: { kind: 'counter', labels: ['process_cpu_state'] },
};

/** The series that Prometheus stores for an instrument. */
export function seriesOf(instrument: { readonly name: string; readonly kind: InstrumentKind }): readonly string[] {
  const { name, kind } = instrument;
  if (kind === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return [kind === 'counter' && !name.endsWith('_total') ? `${name}_total` : name];
}
