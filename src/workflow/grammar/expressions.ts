import type { JsonSchema } from '@commandcenter/sdk/definition';
import type { Expression } from '../expression/expression.js';
import { kindProblem, type Pair, type Side } from '../expression/pairs.js';
import type { Reference } from '../expression/reference.js';
import type { Complaint } from '../expression/references.js';
import { kindOfProperty, unknownProperty } from '../schema-names.js';
import { didYouMean } from '../suggest.js';
import type { Path } from './path.js';
import type { Report } from './report.js';

/** Names by place. Without `secrets` unless it says so: they exist only at the moment an agent is called. */
export const RUN_NAMES: readonly string[] = ['input', 'trigger', 'event', 'steps', 'run'];
export const WITH_NAMES: readonly string[] = [...RUN_NAMES, 'secrets'];
/** Of a run that is about to exist. */
export const START_NAMES: readonly string[] = ['input', 'trigger', 'event'];
/** Where an item of a `forEach` is done. */
export const ITEM_NAMES: readonly string[] = ['item', 'index'];
export const EVENT_NAMES: readonly string[] = ['event'];

const FIELDS = {
  step: ['output', 'error', 'status', 'attempt'],
  stepWithItems: ['output', 'error', 'status', 'attempt', 'items'],
  run: ['id', 'workflow', 'version', 'startedAt'],
  endingRun: ['id', 'workflow', 'version', 'startedAt', 'status', 'error'],
  trigger: ['kind', 'by', 'scheduledFor', 'event'],
} as const;

/** What the expressions of one place may refer to. */
export interface Surroundings {
  readonly report: Report;
  readonly input: JsonSchema | undefined;
  /** All steps of the workflow, those of `finally` as well. */
  readonly steps: readonly string[];
  /** Those with a `forEach`. */
  readonly fanned: ReadonlySet<string>;
  /** The place is in `finally`: how the run will end is known. */
  readonly last: boolean;
  /** Those that are settled when the expression is evaluated; undefined = all. */
  readonly upstream: ReadonlySet<string> | undefined;
  /** The step it belongs to, for messages. */
  readonly step: string | undefined;
  /** Names of secrets the hub lists; undefined = not known here. */
  readonly secrets: readonly string[] | undefined;
}

export function complain(report: Report, path: Path, complaint: Complaint): void {
  report.add(path, complaint.message, complaint.code ?? 'CC_EXPRESSION_INVALID', { offset: complaint.at });
}

/** Checks every name an expression uses against what can be there. `at` is where the expression starts in its text. */
export function checkReferences(expression: Expression, path: Path, at: number, surroundings: Surroundings): void {
  surroundings.report.compiled(path, expression.patternSize);
  for (const reference of expression.references) {
    const message = referenceProblem(reference, surroundings);
    if (message !== undefined) complain(surroundings.report, path, { message, at: at + reference.at });
  }
  for (const pair of expression.pairs) {
    const message = pairProblem(pair, surroundings.input);
    if (message !== undefined) complain(surroundings.report, path, { message, at: at + pair.at });
  }
}

/** Inputs have the types of their schema, so an operator that can never work is known now. */
function pairProblem({ operator, left, right }: Pair, input: JsonSchema | undefined): string | undefined {
  const [a, b] = [kindOfSide(left, input), kindOfSide(right, input)];
  const problem = a && b && kindProblem(operator, a, b);
  if (problem === undefined) return undefined;
  const named = [left, right].flatMap(({ reference }) => (reference ? [['input', ...reference.path].join('.')] : []));
  return `${problem} (see the schema of ${named.join(' and ')})`;
}

function kindOfSide({ kind, reference }: Side, input: JsonSchema | undefined) {
  if (reference === undefined) return kind;
  return reference.name === 'input' && !reference.computed ? kindOfProperty(input, reference.path) : undefined;
}

function referenceProblem(reference: Reference, around: Surroundings): string | undefined {
  switch (reference.name) {
    case 'steps':
      return stepProblem(reference, around);
    case 'secrets':
      return secretProblem(reference, around);
    case 'run':
      return fieldProblem('run', reference.path[0], around.last ? FIELDS.endingRun : FIELDS.run);
    case 'trigger':
      return fieldProblem('trigger', reference.path[0], FIELDS.trigger);
    case 'input':
      return reference.guarded ? undefined : unknownProperty(around.input, reference.path);
    default:
      return undefined;
  }
}

function stepProblem({ path: [id, field] }: Reference, around: Surroundings): string | undefined {
  const { steps, upstream, step, fanned } = around;
  if (id === undefined) return 'name the step: steps.<id>.output';
  if (!steps.includes(id)) return `there is no step "${id}".${didYouMean(id, steps)}`;
  if (upstream !== undefined && !upstream.has(id)) {
    if (id === step) return `the step "${id}" cannot read itself`;
    return `the step "${id}" may not have run yet: add it to "needs" of "${step}"`;
  }
  const fields = fanned.has(id) ? FIELDS.stepWithItems : FIELDS.step;
  if (field === undefined) return `name a field of the step: ${fields.map((name) => `steps.${id}.${name}`).join(', ')}`;
  return fieldProblem(`steps.${id}`, field, fields);
}

function secretProblem({ path, computed }: Reference, { secrets }: Surroundings): string | undefined {
  const [name] = path;
  if (name === undefined || path.length > 1 || computed) return 'name the secret: secrets.NAME';
  if (secrets === undefined || secrets.includes(name)) return undefined;
  return `the secret "${name}" is not listed under "secrets" in commandcenter.yaml.${didYouMean(name, secrets)}`;
}

function fieldProblem(owner: string, field: string | undefined, known: readonly string[]): string | undefined {
  if (field === undefined || known.includes(field)) return undefined;
  return `${owner} has no "${field}".${didYouMean(field, known) || ` Known are: ${known.join(', ')}.`}`;
}
