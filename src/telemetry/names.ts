/** Names of the telemetry contract: dashboards and rules are tested against these. */
export const span = {
  workflow: 'workflow.execute',
  agent: 'agent.execute',
  approval: 'approval.wait',
  timer: 'timer.wait',
} as const;

export const metric = {
  workflowRuns: 'workflow_runs_total',
  workflowDuration: 'workflow_duration',
  workflowsActive: 'workflows_active',
  workflowApprovalWait: 'workflow_approval_wait_time',
  agentRuns: 'agent_runs_total',
  agentDuration: 'agent_duration',
  agentErrors: 'agent_errors_total',
  agentRetries: 'agent_retry_count',
  workflowExecutionSeconds: 'workflow_execution_seconds_total',
  workflowCostUsd: 'workflow_cost_usd_total',
  workflowScheduleNextDue: 'workflow_schedule_next_due_seconds',
  workflowQueueOldest: 'workflow_queue_oldest_seconds',
  approvalsPending: 'approvals_pending',
  workflowTriggerLag: 'workflow_trigger_lag',
  runTakeovers: 'run_takeovers_total',
  dbPoolConnections: 'db_pool_connections',
  httpActiveConnections: 'http_server_active_connections',
} as const;
