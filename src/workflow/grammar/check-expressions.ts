import type { Catalogue } from '../catalogue.js';
import { compileConditionWith } from '../expression/condition.js';
import { compileTemplateWith } from '../expression/template.js';
import { checkConstants } from './check-with.js';
import { checkReferences, complain, RUN_NAMES, type Surroundings } from './expressions.js';
import type { Path } from './path.js';
import { isJsonMap, kind, numberAt, type JsonMap } from './shape.js';

/** True when the step has a `forEach`, good or not. */
export function checkForEach(step: JsonMap, path: Path, around: Surroundings): boolean {
  const { report } = around;
  const each = step['forEach'];
  if (each === undefined) {
    for (const key of ['concurrency', 'onItemFailure'])
      if (step[key] !== undefined)
        report.add([...path, key], `"${key}" belongs to a step with "forEach"`, undefined, { inKey: true });
    return false;
  }
  numberAt(report, [...path, 'concurrency'], step['concurrency'], { min: 1, max: 1_000, whole: true });
  const policy = step['onItemFailure'];
  if (policy !== undefined && policy !== 'stop' && policy !== 'continue')
    report.add([...path, 'onItemFailure'], `this must be stop or continue, not ${kind(policy)}`);
  if (typeof each !== 'string' && !Array.isArray(each))
    report.add([...path, 'forEach'], `this must be a list, or an expression that gives one, not ${kind(each)}`);
  else checkTemplate(each, [...path, 'forEach'], around, RUN_NAMES, 'forEach');
  return true;
}

/** True when it holds no expression. */
export function checkTemplate(
  value: unknown,
  path: Path,
  around: Surroundings,
  names: readonly string[],
  where: string,
): boolean {
  return compileTemplateWith(value, {
    names,
    where,
    complain: (complaint, inner) => complain(around.report, [...path, ...inner], complaint),
    seen: (expression, inner, at) => checkReferences(expression, [...path, ...inner], at, around),
  }).constant;
}

/** `statusFunctions`: known in the `if` of a step. */
export function checkIf(value: unknown, path: Path, around: Surroundings, statusFunctions = true): void {
  if (value === undefined) return;
  if (typeof value !== 'string' && typeof value !== 'boolean') {
    around.report.add(path, `this must be an expression, true or false, not ${kind(value)}`);
    return;
  }
  compileConditionWith(value, {
    names: RUN_NAMES,
    where: 'if',
    statusFunctions,
    complain: (complaint) => complain(around.report, path, complaint),
    seen: (expression, at) => checkReferences(expression, path, at, around),
  });
}

export function checkWith(
  value: unknown,
  path: Path,
  around: Surroundings,
  names: readonly string[],
  schema: ReturnType<Catalogue['inputSchema']>,
): void {
  if (value !== undefined && !isJsonMap(value)) {
    around.report.add(path, `this must be a map, not ${kind(value)}`);
    return;
  }
  const dynamic: Path[] = [];
  compileTemplateWith(value, {
    names,
    where: 'with',
    complain(complaint, inner) {
      dynamic.push(inner);
      complain(around.report, [...path, ...inner], complaint);
    },
    seen(expression, inner, at) {
      dynamic.push(inner);
      checkReferences(expression, [...path, ...inner], at, around);
    },
  });
  if (schema !== undefined) checkConstants(around.report, path, value ?? {}, dynamic, schema);
}
