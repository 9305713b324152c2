import { createTwoFilesPatch } from 'diff';
import { stringify } from 'yaml';

/** One side of a comparison: what to call it, and the definition, if there is one. */
export interface Side {
  readonly label: string;
  readonly definition: unknown;
}

/** A unified diff of two definitions as YAML; empty when they say the same, whatever their layout and order of keys. */
export function definitionDiff(from: Side, to: Side): string {
  const before = textOf(from.definition);
  const after = textOf(inOrderOf(to.definition, from.definition));
  if (before === after) return '';
  return createTwoFilesPatch(from.label, to.label, before, after, '', '', { context: 3 })
    .split('\n')
    .filter((line) => !/^(=+|Index: .*)$/.test(line))
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
}

function textOf(definition: unknown): string {
  // Long lines are not folded: a fold that moves is no difference.
  return definition === undefined ? '' : stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Keys that both have stand as in `model`, new ones after the key they follow: the order of keys means nothing. */
function inOrderOf(value: unknown, model: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(model)) return value.map((one, n) => inOrderOf(one, model[n]));
  if (!isMap(value) || !isMap(model)) return value;
  const keys = Object.keys(model).filter((key) => Object.hasOwn(value, key));
  let before = -1;
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(model, key)) keys.splice(before + 1, 0, key);
    before = keys.indexOf(key);
  }
  return Object.fromEntries(keys.map((key) => [key, inOrderOf(value[key], model[key])]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
