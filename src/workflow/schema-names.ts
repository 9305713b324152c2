import type { JsonSchema } from '@commandcenter/sdk/definition';
import type { Kind } from './expression/pairs.js';
import { didYouMean } from './suggest.js';

export function propertiesOf(schema: JsonSchema | null | undefined): object {
  const properties = typeof schema === 'object' && schema !== null ? schema['properties'] : undefined;
  return typeof properties === 'object' && properties !== null ? properties : {};
}

/** The message when a name is read that the schema says cannot be there; undefined when it can be, or nobody knows. */
export function unknownProperty(schema: JsonSchema | undefined, path: readonly string[]): string | undefined {
  let at: unknown = schema;
  for (const [i, name] of path.entries()) {
    if (typeof at !== 'object' || at === null) return undefined;
    const here = at as Record<string, unknown>;
    const properties = propertiesOf(here);
    if (Object.hasOwn(properties, name)) {
      at = (properties as Record<string, unknown>)[name];
      continue;
    }
    // Anything that could bring further names leaves the question open.
    const closed = here['additionalProperties'] === false || here['unevaluatedProperties'] === false;
    const open = ['patternProperties', 'allOf', 'anyOf', 'oneOf', 'if', '$ref', '$dynamicRef', 'dependentSchemas'].some(
      (key) => key in here,
    );
    if (!closed || open) return undefined;
    return `the input has no property "${['input', ...path.slice(0, i), name].join('.')}".${didYouMean(name, Object.keys(properties))}`;
  }
  return undefined;
}

const KINDS: ReadonlyMap<unknown, Kind> = new Map<unknown, Kind>([
  ['string', 'text'],
  ['integer', 'number'],
  ['number', 'number'],
  ['boolean', 'boolean'],
  ['array', 'list'],
  ['object', 'map'],
]);

/** What a property is when it is there; undefined when the schema leaves it open. */
export function kindOfProperty(schema: JsonSchema | undefined, path: readonly string[]): Kind | undefined {
  let at: unknown = schema;
  for (const name of path) {
    const properties = propertiesOf(at as JsonSchema);
    at = Object.hasOwn(properties, name) ? (properties as Record<string, unknown>)[name] : undefined;
  }
  return typeof at === 'object' && at !== null && 'type' in at ? KINDS.get(at.type) : undefined;
}
