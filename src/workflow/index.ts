export { advance, outstanding, type Advanced } from './advance.js';
export type { Command, Emitted, RunEvent, Timer } from './events.js';
export { activeMs, evolve, foldRun, hasEnded, isSettled } from './fold.js';
export type { Condition, NeedsStatus, Plan, PlanStep, RetryPolicy, Scope, Template } from './plan.js';
export type { ErrorType, Failure, Run, RunStatus, StepState, StepStatus, Trigger, TriggerKind } from './run.js';
export { inputOf, scopeOf } from './scope.js';
export { retryDelay, settle, type Outcome } from './settle.js';
