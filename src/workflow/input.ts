import { checkInput, compileSchema, type SchemaCheck } from './schema.js';
import type { Plan } from './plan.js';

/** Schemas are compiled when first used: most versions in a history never start a run again. */
const checks = new WeakMap<Plan, SchemaCheck>();

/** The input with the schema's defaults filled in. Throws CC_INPUT_INVALID with every problem by path. */
export function validateInput(plan: Plan, input: unknown): unknown {
  const schema = plan.definition.input;
  let check = checks.get(plan);
  if (check === undefined && schema !== undefined) {
    check = compileSchema(schema);
    checks.set(plan, check);
  }
  return checkInput(check, schema, plan.id, input);
}
