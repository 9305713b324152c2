// Loads reflect-metadata before any plugin class is decorated: without it the compiler's record of constructor types is
// dropped in silence, and Nest injects nothing.
import '@nestjs/common';
import type { ActionContext } from './action-context.js';
import { ACTIONS, AGENT } from './brands.js';
import type { InputOf, OutputOf, Schema } from './schema.js';

export interface AgentInfo {
  /** What workflows write before the dot in `uses`: lower case letters, digits, dashes. */
  readonly id: string;
  readonly title: string;
  readonly description?: string;
}

export interface ActionInfo<I extends Schema = Schema, O extends Schema = Schema> {
  /** What workflows write after the dot in `uses`. */
  readonly id: string;
  readonly title: string;
  readonly description?: string;
  readonly input: I;
  readonly output: O;
}

export interface ActionMetadata extends ActionInfo {
  /** Name of the decorated method. */
  readonly method: PropertyKey;
}

/** A class with `@Agent`; Nest makes one instance of it, with its dependencies injected. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what Nest injects is known only to the class
export type AgentClass = abstract new (...dependencies: any[]) => object;

export type ActionMethod<I extends Schema, O extends Schema> = (
  input: OutputOf<I>,
  context: ActionContext<never>,
) => InputOf<O> | Promise<InputOf<O>>;

/** Marks a class as an agent. Its metadata, like that of `@Action`, lies under a global symbol on the class itself. */
export function Agent(info: AgentInfo): (target: AgentClass) => void {
  return (target) => {
    Object.defineProperty(target, AGENT, { value: Object.freeze({ ...info }) });
  };
}

/** Marks a method as an action; its input is validated before and its output after every call. */
export function Action<I extends Schema, O extends Schema>(info: ActionInfo<I, O>) {
  return <M extends ActionMethod<I, O>>(
    prototype: object,
    method: PropertyKey,
    _: TypedPropertyDescriptor<M>,
  ): void => {
    const inherited = (prototype as { [ACTIONS]?: readonly ActionMetadata[] })[ACTIONS] ?? [];
    const value = Object.freeze([...inherited.filter((a) => a.method !== method), Object.freeze({ ...info, method })]);
    Object.defineProperty(prototype, ACTIONS, { value, configurable: true });
  };
}

/** What `@Agent` of any copy of this package said of a class; inherited marks do not count. */
export function agentInfo(target: unknown): AgentInfo | undefined {
  if (typeof target !== 'function' || !Object.hasOwn(target, AGENT)) return undefined;
  return (target as unknown as { [AGENT]: AgentInfo })[AGENT];
}

/** The actions of an agent class, inherited ones first. */
export function actionsOf(target: AgentClass): readonly ActionMetadata[] {
  return (target.prototype as { [ACTIONS]?: readonly ActionMetadata[] })[ACTIONS] ?? [];
}
