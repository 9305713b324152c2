import type { TypedSchema } from './typed-schema.js';
import type { ActionOf, FannedStep, KnownStep, Parts, PlainStep, Scope } from './authored.js';
import { isReference, reference, type Reference } from './references.js';
import type { JsonSchema, Step, WorkflowDefinition } from './workflow.js';

type Made<S, I, T> = T | ((scope: Scope<S, I>) => T);

/** Steps one after the other: each knows the outputs of those before it. */
export interface Steps<S, I> {
  step<Id extends string, P extends Parts>(
    id: Id,
    step: Made<S, I, FannedStep<S, P>>,
  ): Steps<S & Record<Id, Parts<P['input'], readonly P['output'][]>>, I>;
  step<Id extends string, P extends Parts>(id: Id, step: Made<S, I, KnownStep<S, P>>): Steps<S & Record<Id, P>, I>;
  step<Id extends string>(id: Id, step: Made<S, I, PlainStep<S>>): Steps<S & Record<Id, Parts>, I>;
  /** What they are in a definition. */
  readonly definitions: Readonly<Record<string, unknown>>;
}

export interface WorkflowSpec<S, I> extends Omit<WorkflowDefinition, 'steps' | 'output' | 'input'> {
  /** A JSON Schema, or a schema of zod or the like, which gives `input` its type. */
  readonly input?: JsonSchema | TypedSchema<I>;
  readonly steps: ((begin: Steps<unknown, I>) => Steps<S, I>) | Readonly<Record<string, Step>>;
  readonly output?: Made<S, I, Value>;
}

/** JSON with references in it. */
type Value =
  string | number | boolean | null | Reference<unknown> | readonly Value[] | { readonly [key: string]: Value };

/** An action of an agent with the schemas it was made with: `action('http.request', { input, output })`. */
export function action<I extends TypedSchema, O extends TypedSchema>(
  uses: string,
  _schemas: { readonly input: I; readonly output: O },
): ActionOf<I, O> {
  return Object.freeze({ uses });
}

/**
 * A workflow in TypeScript: the same object that a file gives, its version too. References (`steps.fetch.output.status`)
 * become `${{ }}`; where an action is passed instead of its name they have the types of its schemas.
 */
export function defineWorkflow<S, I = unknown>(spec: WorkflowSpec<S, I>): WorkflowDefinition {
  const { steps, output, input, ...rest } = spec;
  const scope = scopeOf<S, I>();
  const definition = {
    ...rest,
    ...(input !== undefined && { input: isSchema(input) ? jsonSchemaOf(input) : input }),
    steps: typeof steps === 'function' ? steps(stepsFrom<unknown, I>({})).definitions : steps,
    ...(output !== undefined && { output: made(output, scope) }),
  };
  return plain(definition) as WorkflowDefinition;
}

function stepsFrom<S, I>(definitions: Readonly<Record<string, unknown>>): Steps<S, I> {
  return {
    definitions,
    step: (id: string, step: unknown) => {
      if (Object.hasOwn(definitions, id)) throw new TypeError(`There are two steps "${id}"`);
      return stepsFrom({ ...definitions, [id]: made(step, scopeOf<S, I>()) });
    },
  } as Steps<S, I>;
}

function made<S, I>(given: unknown, scope: Scope<S, I>): unknown {
  return typeof given === 'function' ? (given as (scope: Scope<S, I>) => unknown)(scope) : given;
}

function scopeOf<S, I>(): Scope<S, I> {
  const named = (name: string) => reference<never>(name);
  const names = ['input', 'steps', 'run', 'trigger', 'event', 'item', 'index', 'secrets'];
  return Object.fromEntries(names.map((name) => [name, named(name)])) as unknown as Scope<S, I>;
}

function isSchema(input: unknown): input is TypedSchema {
  return typeof input === 'object' && input !== null && '~standard' in input;
}

function jsonSchemaOf(schema: TypedSchema): JsonSchema {
  const { $schema: _dialect, ...rest } = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  return rest;
}

/** Plain JSON, frozen: what the author holds on to cannot change it. */
function plain(value: unknown): unknown {
  if (isReference(value)) return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
    throw new TypeError(`A definition is JSON, and ${String(value).slice(0, 100)} is not`);
  if (Array.isArray(value)) return Object.freeze(value.map(plain));
  if (typeof value !== 'object' || value === null) return value;
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON());
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const named = entries.map(([key, member]) => [key, key === 'uses' && isAction(member) ? member.uses : plain(member)]);
  return Object.freeze(Object.fromEntries(named));
}

function isAction(value: unknown): value is { readonly uses: string } {
  return typeof value === 'object' && value !== null && 'uses' in value;
}
