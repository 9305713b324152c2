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
const cache = new Map<string, Expression>();

/** Evaluates a CEL expression over the names of a scope: `ctx.evaluate`. The expressions used last stay compiled. */
export function evaluateExpression(text: string, scope: Readonly<Record<string, unknown>>): unknown {
  const names = Object.keys(scope).toSorted();
  const key = `${names.join(',')}|${text}`;
  let expression = cache.get(key);
  if (expression === undefined) {
    const bad = names.find((name) => !isFreeName(name));
    if (bad !== undefined)
      throw new CcError('CC_EXPRESSION_INVALID', `"${bad.slice(0, 60)}" cannot be a name in an expression.`);
    expression = compileExpression(text, names);
    if (cache.size >= CACHE_SIZE) cache.delete(cache.keys().next().value!);
  } else {
    cache.delete(key);
  }
  cache.set(key, expression);
  return expression.evaluate(scope);
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
