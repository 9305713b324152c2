import type { JsonSchema } from '@commandcenter/sdk/definition';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { CcError, messageOf, type Problem } from '../errors/index.js';
import { pathText, type Path, type PathPart } from './grammar/path.js';
import { compileWithAjv, metaErrors, TooMuchWork } from './schema-compiler.js';
import { propertiesOf } from './schema-names.js';
import { isStackOverflow } from './stack-overflow.js';
import { didYouMean } from './suggest.js';

/** A value with the schema's defaults filled in, or what is wrong with it. */
export type Checked =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly faults: readonly SchemaFault[] };

export interface SchemaFault {
  readonly path: Path;
  readonly message: string;
  /** Where in the schema: tells rules about one place from rules about alternatives (`anyOf`). */
  readonly rule: string;
}

export type SchemaCheck = (value: unknown) => Checked;

/** Problems shown at once: a list of a million wrong elements needs no million sentences. */
const MAX_FAULTS = 50;

/** What is wrong with the schema itself, by path in it. */
export function schemaFaults(schema: unknown): readonly SchemaFault[] {
  const found: SchemaFault[] = [];
  const size = { left: 5_000 };
  inspect(schema, [], found, size);
  if (size.left < 0)
    return [{ path: [], message: 'the schema has more than 5000 parts or is nested too deeply', rule: '' }];
  if (found.length > 0) return found;
  const errors = metaErrors(schema as JsonSchema);
  if (errors.length > 0) return firstOfEachPath(errors.map(faultOf));
  try {
    compileWithAjv(schema as JsonSchema);
    return [];
  } catch (error) {
    return [{ path: [], message: `the schema does not compile: ${messageOf(error).slice(0, 300)}`, rule: '' }];
  }
}

/** The meta-schema says the same thing several ways; the first says it best. */
function firstOfEachPath(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const byPath = new Map<string, SchemaFault>();
  for (const fault of faults) {
    const path = pathText(fault.path);
    if (!byPath.has(path) && byPath.size < MAX_FAULTS) byPath.set(path, fault);
  }
  return [...byPath.values()];
}

function inspect(node: unknown, path: Path, found: SchemaFault[], size: { left: number }): void {
  size.left -= path.length > 64 ? Infinity : 1;
  if (typeof node !== 'object' || node === null || size.left < 0) return;
  for (const [key, value] of Object.entries(node)) {
    const at = [...path, Array.isArray(node) ? Number(key) : key];
    if ((key === '$ref' || key === '$dynamicRef') && typeof value === 'string' && !value.startsWith('#')) {
      found.push({
        path: at,
        message: 'a schema can only refer to itself ("#/$defs/..."); nothing is fetched',
        rule: '',
      });
    }
    if (
      key === '$schema' &&
      typeof value === 'string' &&
      !/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/.test(value)
    ) {
      found.push({ path: at, message: 'schemas here are JSON Schema 2020-12; remove this line', rule: '' });
    }
    inspect(value, at, found, size);
  }
}

export function compileSchema(schema: JsonSchema): SchemaCheck {
  const validate = compileWithAjv(schema);
  return (value) => {
    try {
      // Defaults are written into the value, so it must be ours.
      const copy = structuredClone(value);
      const errors = validate(copy);
      if (errors === true) return { ok: true, value: copy };
      return {
        ok: false,
        faults: joinAlternatives(errors.slice(0, 20 * MAX_FAULTS).map(faultOf)).slice(0, MAX_FAULTS),
      };
    } catch (error) {
      if (error instanceof TooMuchWork) return { ok: false, faults: [TOO_MUCH_WORK] };
      if (!isStackOverflow(error)) throw error;
      return { ok: false, faults: [{ path: [], message: 'the value is nested too deeply', rule: '' }] };
    }
  };
}

const TOO_MUCH_WORK: SchemaFault = {
  path: [],
  message: 'it takes too much work to check: it is too large or wrong in too many places for its schema',
  rule: '',
};

/** `anyOf` says what is wrong with each alternative, and then that none fits: one sentence of the former is enough. */
function joinAlternatives(faults: readonly SchemaFault[]): readonly SchemaFault[] {
  const joined: SchemaFault[] = [];
  const byPlace = new Map<string, number>();
  for (const fault of faults) {
    const alternative = /^(.*\/(?:anyOf|oneOf))(?:\/\d+\/|$)/.exec(fault.rule)?.[1];
    if (alternative === undefined) {
      joined.push(fault);
      continue;
    }
    const place = `${alternative} ${pathText(fault.path)}`;
    const first = byPlace.get(place);
    if (first === undefined) byPlace.set(place, joined.push(fault) - 1);
    else if (!fault.rule.endsWith('Of'))
      joined[first] = { ...fault, message: `${joined[first]!.message} or ${fault.message}` };
  }
  return joined;
}

function faultOf(error: ErrorObject): SchemaFault {
  return { path: pointerPath(error.instancePath), message: sentence(error), rule: `${error.schemaPath}` };
}

function sentence({ keyword, params, message = 'is not valid' }: ErrorObject): string {
  const given = params as Record<string, unknown>;
  switch (keyword) {
    case 'required':
      return `"${String(given['missingProperty'])}" is missing`;
    case 'additionalProperties':
      return `unknown property "${String(given['additionalProperty'])}"`;
    case 'unevaluatedProperties':
      return `unknown property "${String(given['unevaluatedProperty'])}"`;
    case 'enum':
      return `${message}: ${JSON.stringify(given['allowedValues']).slice(0, 300)}`;
    case 'const':
      return `must be ${JSON.stringify(given['allowedValue']).slice(0, 300)}`;
    default:
      return message;
  }
}

function pointerPath(pointer: string): Path {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part): PathPart =>
      /^\d{1,9}$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~'),
    );
}

/** Faults as problems under a path, with a suggestion where the schema knows the names. */
function schemaProblems(faults: readonly SchemaFault[], schema: JsonSchema, under: Path): readonly Problem[] {
  return faults.map((fault) => ({ path: pathText([...under, ...fault.path]), message: withSuggestion(fault, schema) }));
}

export function withSuggestion(fault: SchemaFault, schema: JsonSchema): string {
  const unknown = /^unknown property "(.*)"$/.exec(fault.message)?.[1];
  if (unknown === undefined || fault.path.length > 0) return fault.message;
  return `${fault.message}.${didYouMean(unknown, Object.keys(propertiesOf(schema)))}`;
}

/** The workflow's input with defaults filled in. Throws CC_INPUT_INVALID with every problem by path. */
export function checkInput(
  check: SchemaCheck | undefined,
  schema: JsonSchema | undefined,
  workflow: string,
  input: unknown,
): unknown {
  const value = input ?? {};
  if (check === undefined || schema === undefined) return value;
  const checked = check(value);
  if (checked.ok) return checked.value;
  const problems = schemaProblems(checked.faults, schema, ['input']);
  const shown = problems.slice(0, 3).map(({ path, message }) => `${path}: ${message}`);
  throw new CcError(
    'CC_INPUT_INVALID',
    `The input of workflow "${workflow}" has ${problems.length} problem(s): ${shown.join('; ')}.`,
    { problems },
  );
}
