import { CcError, type Problem } from '../errors/index.js';
import { compileConditionWith } from './expression/condition.js';
import { isFreeName } from './expression/environment.js';
import { tryCompileExpression, type Expression } from './expression/expression.js';
import type { Complaint } from './expression/references.js';
import { compileTemplateWith } from './expression/template.js';
import type { Condition, Template } from './plan.js';
import { pathText, type Path } from './grammar/path.js';

/** One CEL expression, without `${{ }}`, over the given names. Throws CC_EXPRESSION_INVALID. */
export function compileExpression(text: string, names: readonly string[]): Expression {
  const compiled = tryCompileExpression(text, names);
  if (compiled.ok) return compiled.expression;
  throw invalid(
    text,
    compiled.complaints.map((complaint) => problemOf(complaint, [])),
  );
}

/** Any JSON value with `${{ }}` inside, over the given names. Throws CC_EXPRESSION_INVALID. */
export function compileTemplate(value: unknown, names: readonly string[], where = 'input'): Template {
  const problems: Problem[] = [];
  const template = compileTemplateWith(value, {
    names,
    where,
    complain: (complaint, path) => problems.push(problemOf(complaint, path)),
  });
  if (problems.length === 0) return template;
  throw invalid(where, problems);
}

/** An `if` outside of a run (no status functions), over the given names. Throws CC_EXPRESSION_INVALID. */
export function compileCondition(source: string | boolean, names: readonly string[], where = 'if'): Condition {
  const problems: Problem[] = [];
  const condition = compileConditionWith(source, {
    names,
    where,
    statusFunctions: false,
    complain: (complaint) => problems.push(problemOf(complaint, [])),
  });
  if (problems.length === 0) return condition;
  throw invalid(String(source), problems);
}

const CACHE_SIZE = 1_000;

interface Cached {
  readonly names: readonly string[];
  readonly expression: Expression;
}

const cache = new Map<string, Cached>();

/** Evaluates a CEL expression over the names of a scope: `ctx.evaluate`. Called for every element of lists, so it stays compiled. */
export function evaluateExpression(text: string, scope: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(scope);
  let cached = cache.get(text);
  if (cached === undefined || !sameNames(cached.names, names)) {
    cached = { names, expression: compileOver(text, names) };
    // Before the new one goes in, at its end; the oldest stands first.
    cache.delete(text);
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!);
    cache.set(text, cached);
  }
  return cached.expression.evaluate(scope);
}

function compileOver(text: string, names: readonly string[]): Expression {
  const bad = names.find((name) => !isFreeName(name));
  if (bad === undefined) return compileExpression(text, names);
  throw new CcError('CC_EXPRESSION_INVALID', `"${bad.slice(0, 60)}" cannot be a name in an expression.`);
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function problemOf({ message, at, code }: Complaint, path: Path): Problem {
  return { path: pathText(path), message, code: code ?? 'CC_EXPRESSION_INVALID', line: 1, column: at + 1 };
}

function invalid(text: string, problems: readonly Problem[]): CcError {
  const summary = problems.map(({ message }) => message).join('; ');
  return new CcError('CC_EXPRESSION_INVALID', `The expression "${text.slice(0, 200)}" does not compile: ${summary}`, {
    problems,
  });
}
