import type { WorkflowDefinition } from '@commandcenter/sdk/definition';

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
  /** While it waits. */
  readonly wait?: WaitView;
}

export interface WaitView {
  readonly kind: string;
  readonly until: string | null;
  readonly run?: string;
  readonly message?: string;
  readonly approvers?: readonly string[];
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
  readonly of?: string;
  readonly parent?: { readonly run: string; readonly step: string };
}

export interface RunView extends RunSummary {
  readonly steps: readonly StepView[];
}

export interface ApprovalView {
  readonly id: string;
  readonly run: string;
  readonly workflow: string;
  readonly step: string;
  readonly message: string;
  readonly approvers: readonly string[];
  readonly status: string;
  readonly requestedAt: string;
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
  /** When it is valid. */
  readonly workflow?: { readonly id: string; readonly version: string };
}

export function hasEnded(run: { readonly status: string }): boolean {
  return run.status === 'succeeded' || run.status === 'failed' || run.status === 'cancelled';
}

export interface WorkflowView {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly enabled: boolean;
  readonly disabledBy?: string;
  readonly gone: boolean;
  readonly source: string;
  readonly file?: string;
  readonly plugin?: string;
  readonly problems?: readonly ProblemView[];
  readonly definition: WorkflowDefinition;
}

export interface WorkflowVersionView {
  readonly version: string;
  readonly current: boolean;
  readonly createdAt: string;
  readonly createdBy: string | null;
}

export interface WorkflowSummary extends Omit<WorkflowView, 'definition'> {
  readonly steps: number;
  readonly schedules: readonly string[];
  readonly events: readonly string[];
  readonly webhooks: readonly string[];
}

export interface ScheduleView {
  readonly workflow: string;
  readonly cron: string;
  readonly timezone: string;
  readonly nextAt: string | null;
  readonly lastAt: string | null;
  /** When it was asked for. */
  readonly next?: readonly string[];
}

export interface SloView {
  readonly workflow: string;
  readonly slo: string;
  readonly kind: string;
  readonly objective: number;
  readonly limitSeconds: number | null;
  readonly window: string;
  readonly state: string;
  readonly budget: { readonly remaining: number; readonly errorRatio: number; readonly at: string } | null;
  readonly reason: string | null;
}

export type PluginView =
  | {
      readonly status: 'loaded';
      readonly use: string;
      readonly name: string;
      readonly version: string;
      readonly agents: readonly string[];
    }
  | { readonly status: 'skipped' | 'failed'; readonly use: string; readonly code: string; readonly reason: string };

export interface AgentView {
  readonly id: string;
  readonly plugin: string;
  readonly actions: readonly { readonly uses: string; readonly title: string }[];
}

export interface TokenView {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly approver: boolean;
  readonly user: string | null;
  readonly ratePerMinute: number | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
}

export interface NewTokenView extends TokenView {
  readonly token: string;
}

export interface UserView {
  readonly name: string;
  readonly displayName: string | null;
  readonly role: string;
  readonly approver: boolean;
  readonly groups: readonly string[];
  readonly tokens: number;
  readonly createdAt: string;
  readonly disabledAt: string | null;
}

export interface GroupView {
  readonly name: string;
  readonly description: string | null;
  readonly members: readonly string[];
}

export interface SecretView {
  readonly name: string;
  readonly listed: boolean;
  readonly source: string | null;
  readonly stored: {
    readonly version: number;
    readonly updatedAt: string;
    readonly updatedBy: string;
    readonly opens: boolean;
  } | null;
}

export interface RotationView {
  readonly rotated: readonly string[];
  readonly left: readonly string[];
  readonly key: string;
}

export interface AuditView {
  readonly at: string;
  readonly actor: { readonly kind: string; readonly name: string };
  readonly action: string;
  readonly target: { readonly kind: string; readonly name: string };
  readonly details: Readonly<Record<string, unknown>> | null;
}
