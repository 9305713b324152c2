import { ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { CcError, messageOf } from '../../errors/index.js';
import type { Correlation, NeedsStatus, Scope } from '../plan.js';
import { correlationOf } from './correlate.js';
import { environmentFor } from './environment.js';
import { Fault, type Evaluate } from './frame.js';
import { LIMITS } from './limits.js';
import { compileNode } from './nodes.js';
import type { Pair } from './pairs.js';
import type { Reference } from './reference.js';
import { survey, type Complaint } from './references.js';
import { isStackOverflow } from '../stack-overflow.js';
import { didYouMean } from '../suggest.js';
import { toJsonValue } from './values.js';

/** One compiled CEL expression. */
export interface Expression {
  readonly text: string;
  /** CEL's name of the result's type; `dyn` where it depends on data. */
  readonly type: string;
  readonly references: readonly Reference[];
  /** Operators between values that may be known before a run. */
  readonly pairs: readonly Pair[];
  readonly usesStatus: boolean;
  readonly patternSize: number;
  /** JSON. Throws CcError CC_EXPRESSION_FAILED. */
  evaluate(scope: Scope | Readonly<Record<string, unknown>>, needs?: NeedsStatus): unknown;
  /** What must be equal to something that is known before there is a value for `name`; see correlate.ts. */
  correlation(name: string): Correlation | undefined;
}

export interface ExpressionOptions {
  /** Where the expression stands (`steps.fetch.with.url`): part of the message when it fails. */
  readonly where?: string;
  /** `success()`, `failure()` and `always()` may be used. */
  readonly statusFunctions?: boolean;
}

export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

/** Checks and compiles; says everything that is wrong at once. */
export function tryCompileExpression(
  text: string,
  names: readonly string[],
  options: ExpressionOptions = {},
): Compiled {
  if (text.length > LIMITS.length) return refused(`the expression is longer than ${LIMITS.length} characters`);
  if (text.trim() === '') return refused('the expression is empty');
  let parsed;
  try {
    parsed = environmentFor(names, options.statusFunctions ?? false).parse(text);
  } catch (error) {
    return refused(summaryOf(error), error instanceof ParseError ? error.range?.start : undefined);
  }
  const { references, pairs, complaints, usesStatus, builds, patternSize } = survey(parsed.ast);
  const unknown = references
    .filter((reference) => !names.includes(reference.name))
    .map((reference) => unknownName(reference, names));
  if (usesStatus && options.statusFunctions !== true)
    return refused('success(), failure() and always() are known in "if" of a step only');
  if (complaints.length + unknown.length > 0) return { ok: false, complaints: [...unknown, ...complaints] };
  const checked = parsed.check();
  if (!checked.valid) return refused(summaryOf(checked.error), checked.error?.range?.start);
  return {
    ok: true,
    expression: build(text, parsed.ast, {
      type: checked.type ?? 'dyn',
      references,
      pairs,
      usesStatus,
      builds,
      patternSize,
      where: options.where,
    }),
  };
}

interface Facts {
  readonly type: string;
  readonly references: readonly Reference[];
  readonly pairs: readonly Pair[];
  readonly usesStatus: boolean;
  readonly builds: boolean;
  readonly patternSize: number;
  readonly where: string | undefined;
}

function build(text: string, ast: ASTNode, facts: Facts): Expression {
  const evaluateNode: Evaluate = compileNode(ast, new Map());
  return {
    text,
    type: facts.type,
    references: facts.references,
    pairs: facts.pairs,
    usesStatus: facts.usesStatus,
    patternSize: facts.patternSize,
    evaluate: (scope, needs) => evaluated(evaluateNode, scope, needs, text, facts),
    correlation(name) {
      const found = correlationOf(ast, name);
      return found && { path: found.path, evaluate: (scope) => evaluated(found.value, scope, undefined, text, facts) };
    },
  };
}

function evaluated(
  evaluate: Evaluate,
  scope: Scope | Readonly<Record<string, unknown>>,
  needs: NeedsStatus | undefined,
  text: string,
  { builds, where }: Facts,
): unknown {
  const frame = { scope: scope as Readonly<Record<string, unknown>>, needs, locals: [], fuel: LIMITS.fuel };
  try {
    const value = evaluate(frame);
    // A value taken from the scope as it is needs no look: it is JSON already.
    return builds || typeof value === 'number' ? toJsonValue(frame, value, { characters: LIMITS.text }) : value;
  } catch (error) {
    throw failure(text, where, error);
  }
}

function failure(text: string, where: string | undefined, error: unknown): CcError {
  // A stack overflow is the only other thing that can happen: data nested thousands deep.
  const reason =
    error instanceof Fault
      ? error.message
      : isStackOverflow(error)
        ? 'the data is nested too deeply'
        : messageOf(error);
  const place = where === undefined ? '' : `${where}: `;
  return new CcError('CC_EXPRESSION_FAILED', `${place}\${{ ${text.trim()} }} failed: ${reason}`, { cause: error });
}

function refused(message: string, at = 0): Compiled {
  return { ok: false, complaints: [{ message, at }] };
}

function summaryOf(error: unknown): string {
  return error instanceof Error && 'summary' in error ? String(error.summary) : messageOf(error);
}

/** Names that are known in other places, and why not here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['secrets', 'secrets can be used in "with" of a step that uses an agent only'],
  ['item', '"item" can be used in "with" of a step with forEach only'],
  ['index', '"index" can be used in "with" of a step with forEach only'],
]);

function unknownName({ name, at }: Reference, names: readonly string[]): Complaint {
  const known = names.length === 0 ? 'no names are known here' : `known are: ${names.join(', ')}`;
  const message = `the name "${name}" is not known here; ${known}.${didYouMean(name, names)}`;
  return { message: ELSEWHERE.get(name) ?? message, at };
}
