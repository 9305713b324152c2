import type { Step, WorkflowDefinition } from '@commandcenter/sdk/definition';
import { CcError, type Problem } from '../errors/index.js';
import { Builder } from './builder.js';
import { compileStep } from './compile-step.js';
import { COST_PER_MINUTE_USD } from './cost.js';
import { parseDuration } from './duration.js';
import { RUN_NAMES, START_NAMES } from './grammar/expressions.js';
import { dependentsOf, topologicalOrder } from './graph.js';
import type { Plan, PlanConcurrency, PlanStep } from './plan.js';
import { STEP_TIMEOUT_MS } from './retry.js';

export interface CompileOptions {
  /** What a step gets that says nothing about its timeout, nor the workflow's `defaults`. */
  readonly stepTimeoutMs?: number | undefined;
}

/**
 * A checked definition as a plan. Versions in the database were checked when they were stored, so this only builds;
 * throws CC_WORKFLOW_INVALID when a part does not compile all the same.
 */
export function compile(definition: WorkflowDefinition, version: string, options: CompileOptions = {}): Plan {
  const problems: Problem[] = [];
  const builder = new Builder(problems, options.stepTimeoutMs ?? STEP_TIMEOUT_MS, definition.defaults ?? {});
  const plan: Plan = {
    id: definition.id,
    name: definition.name ?? definition.id,
    version,
    definition,
    steps: compileSteps('steps', definition.steps, builder),
    finally: compileSteps('finally', definition.finally ?? {}, builder),
    timeoutMs: definition.timeout === undefined ? undefined : parseDuration(definition.timeout),
    costPerMinute: definition.cost?.perMinute ?? COST_PER_MINUTE_USD,
    concurrency: definition.concurrency && buildConcurrency(definition.concurrency, builder),
    output: definition.output === undefined ? undefined : builder.template(definition.output, RUN_NAMES, ['output']),
  };
  if (problems.length === 0) return plan;
  const [first] = problems;
  throw new CcError(
    'CC_WORKFLOW_INVALID',
    `The workflow "${definition.id}" does not compile: ${first!.path}: ${first!.message}`,
    { problems },
  );
}

function buildConcurrency(
  { key, limit = 1, whenFull = 'queue' }: NonNullable<WorkflowDefinition['concurrency']>,
  builder: Builder,
): PlanConcurrency {
  const template = key === undefined ? undefined : builder.template(key, START_NAMES, ['concurrency', 'key']);
  return { key: template, limit, whenFull };
}

function compileSteps(
  section: string,
  definitions: Readonly<Record<string, Step>>,
  builder: Builder,
): ReadonlyMap<string, PlanStep> {
  const needs = new Map(Object.entries(definitions).map(([id, step]) => [id, step.needs ?? []]));
  const order = topologicalOrder(needs);
  if (!order.ok)
    builder.problem([section], { message: `these steps wait for each other: ${order.cycle.join(' -> ')}`, at: 0 });
  const dependents = dependentsOf(needs);
  const steps = new Map<string, PlanStep>();
  for (const id of order.ok ? order.order : []) {
    steps.set(id, compileStep(id, definitions[id]!, dependents.get(id) ?? [], builder, [section, id]));
  }
  return steps;
}
