import type { Failure, RunStatus, Trigger } from '../../workflow/index.js';
import type { Numbered } from '../journal/event-rows.js';
import type { LogLineView, RunEventView, RunLine, RunSummary } from './views.js';

export interface RunRow {
  readonly id: string;
  readonly workflow_id: string;
  readonly version: string;
  readonly status: RunStatus;
  readonly trigger: Trigger['kind'];
  readonly seq: number;
  readonly error: string | null;
  readonly cost_usd: number;
  readonly active_ms: number;
  readonly trace_id: string | null;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export const runColumns =
  'id, workflow_id, version, status, trigger, seq, error, cost_usd, active_ms, trace_id, created_at, started_at, finished_at';

export interface LogRow {
  readonly seq: string;
  readonly at: Date;
  readonly level: string;
  readonly step: string;
  readonly attempt: number;
  readonly message: string;
  readonly fields: string | null;
}

export interface Payloads {
  readonly trigger: Trigger;
  readonly input?: unknown;
  readonly output?: unknown;
}

export function runLine(row: RunRow, { trigger }: Pick<Payloads, 'trigger'>): RunLine {
  return {
    id: row.id,
    workflow: row.workflow_id,
    status: row.status,
    trigger,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    usd: row.cost_usd,
  };
}

export function runSummary(row: RunRow, payloads: Payloads): RunSummary {
  return {
    id: row.id,
    workflow: row.workflow_id,
    version: row.version,
    status: row.status,
    trigger: payloads.trigger,
    input: payloads.input ?? null,
    output: payloads.output ?? null,
    error: row.error === null ? null : (JSON.parse(row.error) as Failure),
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    traceId: row.trace_id,
    cost: { usd: row.cost_usd, activeSeconds: row.active_ms / 1000 },
  };
}

/** The payloads of a run as its first and last event tell them. */
export function payloadsOf(row: RunRow, created: string | null, succeeded: string | null): Payloads {
  const first = (created === null ? {} : JSON.parse(created)) as { trigger?: Trigger; input?: unknown };
  const last = (succeeded === null ? {} : JSON.parse(succeeded)) as { output?: unknown };
  return { trigger: first.trigger ?? { kind: row.trigger }, input: first.input, output: last.output };
}

export function eventView({ seq, event: { type, at, ...data } }: Numbered): RunEventView {
  return { seq, type, at: new Date(at).toISOString(), ...data };
}

export function logLineView(row: LogRow): LogLineView {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    level: row.level,
    step: row.step,
    attempt: row.attempt,
    message: row.message,
    fields: row.fields === null ? null : (JSON.parse(row.fields) as Record<string, unknown>),
  };
}
