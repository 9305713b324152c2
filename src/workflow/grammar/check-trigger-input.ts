import type { JsonSchema } from '@commandcenter/sdk/definition';
import { compileConditionWith } from '../expression/condition.js';
import { compileTemplateWith } from '../expression/template.js';
import { compileSchema, type SchemaCheck, withSuggestion } from '../schema.js';
import { checkReferences, complain, EVENT_NAMES, type Surroundings } from './expressions.js';
import type { Path } from './path.js';
import { kind } from './shape.js';

export interface InputCheck {
  readonly schema: JsonSchema;
  readonly check: SchemaCheck;
}

/** Compiled when the first trigger asks, and once for all of them: a large schema takes long. */
export function inputCheck(schema: JsonSchema): InputCheck {
  let compiled: SchemaCheck | undefined;
  return { schema, check: (value) => (compiled ??= compileSchema(schema))(value) };
}

/** `if` of a trigger: over the event only. */
export function checkTriggerCondition(value: unknown, path: Path, where: string, { report }: Surroundings): void {
  if (typeof value === 'string' || typeof value === 'boolean') {
    compileConditionWith(value, {
      names: EVENT_NAMES,
      where,
      statusFunctions: false,
      complain: (complaint) => complain(report, path, complaint),
    });
  } else if (value !== undefined) report.add(path, `this must be an expression, not ${kind(value)}`);
}

/** `input` of a trigger. What holds no expression is checked against the workflow's input schema now. */
export function checkTriggerInput(
  value: unknown,
  path: Path,
  names: readonly string[],
  around: Surroundings,
  input: InputCheck | undefined,
): void {
  const { report } = around;
  const template = compileTemplateWith(value, {
    names,
    where: 'input',
    complain: (complaint, inner) => complain(report, [...path, ...inner], complaint),
    seen: (expression, inner, at) => checkReferences(expression, [...path, ...inner], at, around),
  });
  if (!template.constant || input === undefined) return;
  const checked = input.check(value);
  if (checked.ok) return;
  for (const fault of checked.faults) {
    report.add(
      [...path, ...fault.path],
      `this trigger's input does not match the workflow's: ${withSuggestion(fault, input.schema)}`,
    );
  }
}
