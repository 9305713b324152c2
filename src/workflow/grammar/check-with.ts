import type { JsonSchema } from '@commandcenter/sdk/definition';
import { compileSchema, withSuggestion, type SchemaCheck, type SchemaFault } from '../schema.js';
import type { Path } from './path.js';
import type { Report } from './report.js';

/** Compiling a schema takes milliseconds, and every step of an action has the same one. */
const compiled = new WeakMap<object, SchemaCheck | 'unusable'>();

/**
 * Checks what stands in `with` against the action's schema. A value with `${{ }}` is known only when the step runs, so a fault is
 * reported only when no such value can be its cause.
 */
export function checkConstants(
  report: Report,
  path: Path,
  value: unknown,
  dynamic: readonly Path[],
  schema: JsonSchema,
): void {
  const check = checkOf(schema);
  if (check === undefined) return;
  const checked = check(value);
  if (checked.ok) return;
  for (const fault of checked.faults) {
    if (isCertain(fault, dynamic)) report.add([...path, ...fault.path], withSuggestion(fault, schema));
  }
}

function checkOf(schema: JsonSchema): SchemaCheck | undefined {
  if (typeof schema === 'boolean') return undefined;
  let check = compiled.get(schema);
  if (check === undefined) {
    try {
      check = compileSchema(schema);
    } catch {
      // The plugin host says so when it loads the plugin; a workflow can do nothing about it.
      check = 'unusable';
    }
    compiled.set(schema, check);
  }
  return check === 'unusable' ? undefined : check;
}

function isCertain(fault: SchemaFault, dynamic: readonly Path[]): boolean {
  const related = dynamic.filter((path) => startsWith(path, fault.path) || startsWith(fault.path, path));
  if (related.length === 0) return true;
  if (related.some((path) => startsWith(fault.path, path))) return false;
  // A dynamic value stands below: missing and unknown keys are certain all the same, unless alternatives are involved.
  const alternatives = /\/(anyOf|oneOf|not|if|then|else|dependentSchemas)\b/.test(fault.rule);
  return !alternatives && /\/(required|additionalProperties|unevaluatedProperties)$/.test(fault.rule);
}

function startsWith(path: Path, prefix: Path): boolean {
  return prefix.every((part, i) => String(path[i]) === String(part));
}
