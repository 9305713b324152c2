export { advance, outstanding, type Advanced } from './advance.js';
export { isApprover } from './approver.js';
export { awaitedEvent, eventMatches, eventValueAt, type AwaitedEvent } from './awaited-event.js';
export { computeUsd, totalUsd } from './cost.js';
export type { BeginWait, Command, Emitted, RunEvent, Timer } from './events.js';
export { activeMs, evolve, foldRun, hasEnded, isSettled } from './fold.js';
export { keptSteps } from './kept-steps.js';
export { itemPath, leaves, placeOf, planStep, stateAt } from './paths.js';
export type { Condition, NeedsStatus, Plan, PlanStep, RetryPolicy, Scope, StepKind, Template } from './plan.js';
export type {
  ErrorType,
  Failure,
  ParentRun,
  Run,
  RunStatus,
  StepState,
  StepStatus,
  Trigger,
  TriggerKind,
  Wait,
} from './run.js';
export { inputOf, scopeOf } from './scope.js';
export { retryDelay, settle, type Outcome } from './settle.js';
export type { Catalogue } from './catalogue.js';
export { compile } from './compile.js';
export { formatDuration, parseDuration } from './duration.js';
export type { Expression } from './expression/expression.js';
export { compileCondition, compileExpression, compileTemplate, evaluateExpression } from './expressions.js';
export { validateInput } from './input.js';
export { compileSchema, schemaFaults, type Checked, type SchemaCheck, type SchemaFault } from './schema.js';
export { type CronLine, dueFires, lastFires, nextFire } from './schedule/due-fires.js';
export { cronProblem, timezoneProblem } from './schedule-spec.js';
export { objectivesOf, type Objective } from './objectives.js';
export { didYouMean } from './suggest.js';
export { validateDefinition, validateWorkflow, type Validated, type ValidateOptions } from './validate.js';
export { canonicalJson, versionOf } from './version.js';
export { workflowJsonSchema } from '@commandcenter/sdk/definition';
