/** What the HTTP API answers, as far as the command line reads it (design: HTTP API). Values are trusted, not checked. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface FailureView {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly step?: string;
}

export interface StartedRunView {
  readonly id: string;
  readonly status: string;
  readonly workflow: string;
  readonly version: string;
}

export interface StepView {
  readonly id: string;
  readonly path: string;
  readonly status: string;
  readonly attempt: number;
  readonly uses: string;
  readonly output: unknown;
  readonly error: FailureView | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface RunSummary extends StartedRunView {
  readonly trigger: TriggerView;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: FailureView | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly traceId: string | null;
  readonly cost: { readonly usd: number; readonly activeSeconds: number };
}

export interface TriggerView {
  readonly kind: string;
  readonly by?: string;
}

export interface RunView extends RunSummary {
  readonly steps: readonly StepView[];
}

export interface LogLine {
  readonly seq: number;
  readonly at: string;
  readonly level: string;
  readonly step: string;
  readonly attempt: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>> | null;
}

export interface ProblemView {
  readonly path: string;
  readonly message: string;
  readonly code?: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ValidationView {
  readonly valid: boolean;
  readonly problems: readonly ProblemView[];
}

export function hasEnded(run: { readonly status: string }): boolean {
  return run.status === 'succeeded' || run.status === 'failed' || run.status === 'cancelled';
}

export interface WorkflowSummary {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly enabled: boolean;
  readonly source?: string;
}

export interface WorkflowView extends WorkflowSummary {
  readonly definition: unknown;
}

export interface ScheduleView {
  readonly workflow: string;
  readonly cron: string;
  readonly timezone: string;
  readonly nextAt: string | null;
  readonly lastAt?: string | null;
  readonly enabled?: boolean;
}

export interface PluginView {
  readonly name: string;
  readonly version: string;
  readonly status?: string;
  readonly agents?: readonly (string | { readonly id: string })[];
  readonly error?: { readonly code?: string; readonly message: string } | null;
}

export interface AgentView {
  readonly agent: string;
  readonly action: string;
  readonly title?: string;
  readonly plugin?: string;
}
