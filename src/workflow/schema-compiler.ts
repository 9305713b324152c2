import type { JsonSchema } from '@commandcenter/sdk/definition';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { LinearRegex } from './expression/regex.js';
import { programSizeOf } from './expression/regex-size.js';
import { canonicalJson } from './version.js';

/** Work of one check, in about the unit of expressions. Far beyond what an honest schema needs for a megabyte. */
const WORK = 16_000_000;
/** Every error is an object with texts: a million of them would fill the memory. */
const ERROR_WORK = 1_000;

/** Sizes of all patterns of a schema: compiling takes a second for ten times as many. */
const PATTERNS = 30_000;
/** Calling a function is dearer than what short ones do. */
const CALL_WORK = 20;

/** The value takes too much work: a schema of a few lines can ask for two to the power of a thousand steps. */
export class TooMuchWork extends Error {}

/** What one compiled schema may still spend on the value it looks at. */
class Meter {
  left = WORK;

  spend(work: number): void {
    this.left -= work;
    if (this.left < 0) throw new TooMuchWork();
  }
}

/** True, or the errors. Throws TooMuchWork. */
export type SchemaValidator = (value: unknown) => true | readonly ErrorObject[];

/**
 * Each schema is compiled on an instance of its own, which costs a quarter of a millisecond: on a shared one a schema's
 * `$id` takes the place of another's, of JSON Schema's own even, for as long as the process lives.
 */
export function compileWithAjv(schema: JsonSchema): SchemaValidator {
  // Its check would answer with a promise, which is true, and reject it, which ends the process.
  if (typeof schema === 'object' && '$async' in schema) throw new Error('"$async" is not known here');
  const meter = new Meter();
  const validate = ajvWith(meter).compile(schema as object);
  return (value) => {
    meter.left = WORK;
    if (validate(value)) return true;
    const errors = validate.errors ?? [];
    validate.errors = null;
    return errors;
  };
}

/** What JSON Schema 2020-12 says of a schema. */
export function metaErrors(schema: JsonSchema): readonly ErrorObject[] {
  return metaSchema(schema) ? [] : (metaSchema.errors ?? []);
}

const metaSchema = new Ajv2020({ strict: false, allErrors: true, logger: false }).getSchema(
  'https://json-schema.org/draft/2020-12/schema',
) as ValidateFunction;

function ajvWith(meter: Meter): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    useDefaults: true,
    logger: false,
    meta: false,
    validateSchema: false,
    // A copy for every reference would let a short schema grow into a huge program.
    inlineRefs: false,
    code: { regExp: regExpWith(meter), process: metered },
  });
  Object.assign(ajv, { meter });
  addFormats.default(ajv, { mode: 'fast' });
  // Ajv compares every pair of elements.
  ajv.removeKeyword('uniqueItems');
  return ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have the same element twice' },
    validate: (unique: boolean, items: readonly unknown[]) => !unique || areUnique(items, meter),
  });
}

function areUnique(items: readonly unknown[], meter: Meter): boolean {
  const seen = new Set<string>();
  for (const item of items) {
    const text = canonicalJson(item);
    meter.spend(10 + (text.length >> 1));
    seen.add(text);
  }
  return seen.size === items.length;
}

/** Linear time for `pattern`: a schema's author must not be able to hang the hub. */
function regExpWith(meter: Meter) {
  const known = new Map<string, LinearRegex>();
  let size = 0;
  const compiled = (pattern: string) => {
    size += programSizeOf(pattern);
    if (size > PATTERNS) throw new Error('the patterns of the schema are too many or too large together');
    const regex = new LinearRegex(pattern);
    known.set(pattern, regex);
    return regex;
  };
  const make = (pattern: string) => {
    const regex = known.get(pattern) ?? compiled(pattern);
    return {
      // Ajv tells the patterns of a schema apart by this: without it every one of them would be the first.
      toString: () => `/${pattern}/`,
      test: (text: string) => {
        meter.spend(regex.workOn(text));
        return regex.test(text);
      },
    };
  };
  return Object.assign(make, { code: 'LinearRegex' });
}

/**
 * Ajv bounds nothing, so its code is made to pay: at the start of every function, which is where a `$ref` leads, for
 * every round of a loop, and for every error. What is longer costs more.
 */
function metered(code: string): string {
  const price = 1 + (code.length >> 9);
  const start = /^([^]*?return function \w+\(data, \{[^{}]*(?:\{\}[^{}]*)?\}=\{\}\)\{)([^]*)$/.exec(code);
  if (start === null) throw new Error('this version of ajv writes other code than the hub expects');
  const [, head = '', body = ''] = start;
  const paying = body
    .replace(/\bfor\([^{}]*?\)\{/g, `$&meter.spend(${price});`)
    .replaceAll('errors++;', `errors++;meter.spend(${ERROR_WORK});`);
  return `const meter = self.meter;${head}meter.spend(${CALL_WORK + price});${paying}`;
}
