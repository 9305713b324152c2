import type { ASTNode } from '@marcbachmann/cel-js';
import { Fault, type Compile, type Evaluate, type Frame, type Locals } from './frame.js';
import { isMap, kindOf, NOTHING, Optional, ownValue } from './values.js';

export function name(id: string, locals: Locals): Evaluate {
  const slot = locals.get(id);
  if (slot !== undefined) return (frame) => frame.locals[slot];
  return (frame) => ownValue(frame.scope, id) ?? null;
}

/** `steps.x` and its fields are always there, null while they have no value: a skipped step has no output. */
export function isStep(node: ASTNode, locals: Locals): boolean {
  const root = node.op === '.' ? node.args[0] : node;
  return root.op === 'id' && root.args === 'steps' && !locals.has('steps');
}

export function select(base: Evaluate, key: string, forgiving: boolean): Evaluate {
  return (frame) => {
    const whole = base(frame);
    if (isMap(whole)) {
      const value = ownValue(whole, key);
      if (value !== undefined) return value;
      if (forgiving) return null;
    } else if (whole instanceof Optional) {
      return optionalField(whole.value, key);
    } else if (forgiving && whole === null) {
      return null;
    }
    throw missing(whole, key);
  };
}

export function index(base: Evaluate, key: Evaluate): Evaluate {
  return (frame) => {
    const whole = base(frame);
    const at = key(frame);
    if (whole instanceof Optional) return optionalField(whole.value, at);
    const value = element(whole, at);
    if (value === undefined) throw missing(whole, at);
    return value;
  };
}

export function selectOptional(base: Evaluate, key: Evaluate): Evaluate {
  return (frame) => {
    const whole = base(frame);
    return optionalField(whole instanceof Optional ? whole.value : whole, key(frame));
  };
}

function optionalField(whole: unknown, key: unknown): Optional {
  const value = element(whole, key);
  return value === undefined ? NOTHING : new Optional(value);
}

function element(whole: unknown, key: unknown): unknown {
  if (Array.isArray(whole))
    return typeof key === 'number' && Number.isInteger(key) ? (whole as unknown[])[key] : undefined;
  return isMap(whole) && typeof key === 'string' ? ownValue(whole, key) : undefined;
}

/** Names of keys come from the expression or are computed by it; only short ones are quoted. */
function missing(whole: unknown, key: unknown): Fault {
  if (typeof key === 'number') return new Fault(`there is no element ${key} in ${kindOf(whole)}`, true);
  const label = typeof key === 'string' && key.length <= 60 ? ` "${key}"` : '';
  return new Fault(
    isMap(whole) ? `no such key${label}` : `no key${label}: the value is ${kindOf(whole)}, not a map`,
    true,
  );
}

/** `has(x.y)`: also false when something on the way is missing. A skipped step has no output. */
export function has(node: ASTNode, locals: Locals, compile: Compile): Evaluate {
  const value = maybe(node, locals, compile);
  return (frame) => attempt(value, frame) !== undefined;
}

/** `default(x.y, z)`: z, evaluated only then, when x.y is missing or null. */
export function withDefault(args: readonly ASTNode[], locals: Locals, compile: Compile): Evaluate {
  const value = maybe(args[0]!, locals, compile);
  const otherwise = compile(args[1]!, locals);
  return (frame) => attempt(value, frame) ?? otherwise(frame);
}

/** Gives undefined, without the cost of throwing, where a chain of names leads nowhere. */
function maybe(node: ASTNode, locals: Locals, compile: Compile): Evaluate {
  if (node.op !== '.' && node.op !== '[]') return compile(node, locals);
  const base = maybe(node.args[0], locals, compile);
  const key: Evaluate = node.op === '.' ? constantKey(node.args[1]) : compile(node.args[1], locals);
  return (frame) => {
    const whole = base(frame);
    return element(whole instanceof Optional ? whole.value : whole, key(frame));
  };
}

function constantKey(key: string): Evaluate {
  return () => key;
}

/** What is missing deeper inside (in a computed key, in a function's argument) is forgiven too; other faults are not. */
function attempt(evaluate: Evaluate, frame: Frame): unknown {
  try {
    const value = evaluate(frame);
    return value instanceof Optional ? value.value : value;
  } catch (error) {
    if (error instanceof Fault && error.missing) return undefined;
    throw error;
  }
}
