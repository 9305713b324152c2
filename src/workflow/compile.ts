import type { AgentStep, WorkflowDefinition } from '@commandcenter/sdk/definition';
import { CcError, type Problem } from '../errors/index.js';
import { COST_PER_MINUTE_USD } from './cost.js';
import { parseDuration } from './duration.js';
import { compileConditionWith } from './expression/condition.js';
import type { Complaint } from './expression/references.js';
import { compileTemplateWith } from './expression/template.js';
import { RUN_NAMES, START_NAMES, WITH_NAMES } from './grammar/expressions.js';
import { pathText, type Path } from './grammar/path.js';
import { dependentsOf, topologicalOrder } from './graph.js';
import type { Condition, Plan, PlanConcurrency, PlanStep, Template } from './plan.js';
import { durationOr, retryPolicy, STEP_TIMEOUT_MS } from './retry.js';

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
  const builder = new Builder(problems, options.stepTimeoutMs ?? STEP_TIMEOUT_MS);
  const needs = new Map(Object.entries(definition.steps).map(([id, step]) => [id, step.needs ?? []]));
  const order = topologicalOrder(needs);
  if (!order.ok)
    problems.push({ path: 'steps', message: `these steps wait for each other: ${order.cycle.join(' -> ')}` });
  const dependents = dependentsOf(needs);
  const steps = new Map<string, PlanStep>();
  for (const id of order.ok ? order.order : []) {
    steps.set(id, buildStep(id, definition, dependents.get(id) ?? [], builder));
  }
  const plan: Plan = {
    id: definition.id,
    name: definition.name ?? definition.id,
    version,
    definition,
    steps,
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

function buildStep(
  id: string,
  { steps, defaults }: WorkflowDefinition,
  dependents: readonly string[],
  builder: Builder,
): PlanStep {
  const step: AgentStep = steps[id]!;
  const [agent = '', action = ''] = step.uses.split('.');
  const path = ['steps', id];
  return {
    id,
    agent,
    action,
    needs: step.needs ?? [],
    dependents,
    if: step.if === undefined ? undefined : builder.condition(step.if, [...path, 'if']),
    with: builder.template(step.with ?? {}, WITH_NAMES, [...path, 'with']),
    retry: retryPolicy(step.retry, defaults?.retry),
    timeoutMs: durationOr(step.timeout ?? defaults?.timeout, builder.stepTimeoutMs),
    continueOnError: step.continueOnError ?? false,
  };
}

class Builder {
  constructor(
    private readonly problems: Problem[],
    readonly stepTimeoutMs: number,
  ) {}

  template(value: unknown, names: readonly string[], path: Path): Template {
    return compileTemplateWith(value, {
      names,
      where: pathText(path),
      complain: (complaint, inner) => this.#complain(complaint, [...path, ...inner]),
    });
  }

  condition(source: string | boolean, path: Path): Condition {
    return compileConditionWith(source, {
      names: RUN_NAMES,
      where: pathText(path),
      statusFunctions: true,
      complain: (complaint) => this.#complain(complaint, path),
    });
  }

  #complain({ message, code }: Complaint, path: Path): void {
    this.problems.push({ path: pathText(path), message, code: code ?? 'CC_EXPRESSION_INVALID' });
  }
}
