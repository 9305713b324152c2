import type { ReadAs, TypedSchema, WrittenAs } from './typed-schema.js';
import type { Expression, Ref, Reference } from './references.js';
import type { AgentStep, Step } from './workflow.js';

declare const PARTS: unique symbol;

/** What an action takes and gives, as far as it is known. */
export interface Parts<I = unknown, O = unknown> {
  readonly input: I;
  readonly output: O;
}

/** An action with the types of its schemas; `uses` takes it. */
export interface ActionRef<P> {
  readonly uses: string;
  readonly [PARTS]?: P;
}

export type ActionOf<I extends TypedSchema, O extends TypedSchema> = ActionRef<Parts<WrittenAs<I>, ReadAs<O>>>;

/** A value of type T, or of parts of it, that is known only when a run gets there. */
type Authored<T> = unknown extends T
  ? unknown
  : T extends readonly (infer E)[]
    ? Reference<T> | Expression | readonly Authored<E>[]
    : T extends object
      ? Reference<T> | Expression | { readonly [K in keyof T]: Authored<T[K]> }
      : T | Reference<T> | Expression;

/** What expressions can name. `S` has the parts of each step that came before. */
export interface Scope<S, I> {
  readonly input: Ref<I>;
  readonly steps: {
    readonly [K in keyof S]: {
      readonly output: Ref<S[K] extends Parts<unknown, infer O> ? O : unknown>;
      readonly error: Ref<{ code: string; message: string }>;
    };
  };
  readonly run: Ref<{ id: string }>;
  readonly trigger: Ref<unknown>;
  readonly event: Ref<unknown>;
  /** The item of a step with `forEach`, and its position. */
  readonly item: Ref<unknown>;
  readonly index: Ref<number>;
  /** Names listed in commandcenter.yaml; in `with` only. */
  readonly secrets: Readonly<Record<string, Ref<string>>>;
}

type Condition = boolean | string | Reference<unknown>;

interface Around<S> {
  readonly needs?: readonly (keyof S & string)[];
  readonly if?: Condition;
}

type Known = 'uses' | 'with' | 'needs' | 'if' | 'forEach';

/** A step whose action is known: `with` is what the action takes. */
export interface KnownStep<S, P extends Parts> extends Omit<AgentStep, Known>, Around<S> {
  readonly uses: ActionRef<P>;
  readonly with?: Authored<P['input']>;
}

/** The same for every item of a list. */
export interface FannedStep<S, P extends Parts> extends KnownStep<S, P> {
  readonly forEach: Reference<readonly unknown[]> | Expression | readonly unknown[];
}

/** References may stand wherever text can. */
type Loose<T> = T extends string
  ? T | Reference<unknown> | Expression
  : T extends readonly (infer E)[]
    ? readonly Loose<E>[]
    : T extends object
      ? { readonly [K in keyof T]: Loose<T[K]> }
      : T;

type Each<T, S> = T extends unknown ? Loose<Omit<T, 'needs' | 'if'>> & Around<S> : never;

/** Any other step, as a file has it. */
export type PlainStep<S> = Each<Step, S>;
