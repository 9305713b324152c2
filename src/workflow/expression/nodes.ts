import type { ASTNode } from '@marcbachmann/cel-js';
import { comprehension, comprehensionNames } from './comprehension.js';
import { Fault, spend, type Evaluate } from './frame.js';
import { asOptional, asText, functions, methods, optionalFunctions } from './functions.js';
import { binaryOperators } from './operators.js';
import { LinearRegex } from './regex.js';
import { isMap, kindOf, NOTHING, Optional, ownValue, setOwn, Span } from './values.js';

/** Loop variables in sight, by their place in `Frame.locals`. */
export type Locals = ReadonlyMap<string, number>;

/** The AST as a tree of closures. The expression was checked before, so unknown names cannot occur here. */
export function compileNode(node: ASTNode, locals: Locals): Evaluate {
  const go = (child: ASTNode): Evaluate => compileNode(child, locals);
  switch (node.op) {
    case 'value':
      return constant(typeof node.args === 'bigint' ? Number(node.args) : node.args);
    case 'id':
      return name(node.args, locals);
    case '.':
      return select(go(node.args[0]), node.args[1], isStep(node.args[0], locals));
    case '.?':
      return selectOptional(go(node.args[0]), constant(node.args[1]));
    case '[]':
      return index(go(node.args[0]), go(node.args[1]));
    case '[?]':
      return selectOptional(go(node.args[0]), go(node.args[1]));
    case 'call':
      return call(node.args[0], node.args[1], locals);
    case 'rcall':
      return methodCall(node.args[0], node.args[1], node.args[2], locals);
    case 'list': {
      const items = node.args.map(go);
      return (frame) => items.map((item) => item(frame));
    }
    case 'map':
      return mapLiteral(node.args.map(([key, value]) => [go(key), go(value)] as const));
    case '?:': {
      const [condition, yes, no] = node.args.map(go) as [Evaluate, Evaluate, Evaluate];
      return (frame) => (bool(condition(frame), '?:') ? yes(frame) : no(frame));
    }
    case '&&':
      return logical(false, go(node.args[0]), go(node.args[1]));
    case '||':
      return logical(true, go(node.args[0]), go(node.args[1]));
    case '!_': {
      const operand = go(node.args);
      return (frame) => !bool(operand(frame), '!');
    }
    case '-_': {
      const operand = go(node.args);
      return (frame) => negate(operand(frame));
    }
    default: {
      const operator = binaryOperators[node.op]!;
      const left = go(node.args[0]);
      const right = go(node.args[1]);
      return (frame) => operator(frame, left(frame), right(frame));
    }
  }
}

function constant(value: unknown): Evaluate {
  return () => value;
}

function name(id: string, locals: Locals): Evaluate {
  const slot = locals.get(id);
  if (slot !== undefined) return (frame) => frame.locals[slot];
  return (frame) => ownValue(frame.scope, id) ?? null;
}

/** `steps.x` and its fields are always there, null while they have no value: a skipped step has no output. */
function isStep(node: ASTNode, locals: Locals): boolean {
  const root = node.op === '.' ? node.args[0] : node;
  return root.op === 'id' && root.args === 'steps' && !locals.has('steps');
}

function select(base: Evaluate, key: string, forgiving: boolean): Evaluate {
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

function index(base: Evaluate, key: Evaluate): Evaluate {
  return (frame) => {
    const whole = base(frame);
    const at = key(frame);
    if (whole instanceof Optional) return optionalField(whole.value, at);
    const value = element(whole, at);
    if (value === undefined) throw missing(whole, at);
    return value;
  };
}

function selectOptional(base: Evaluate, key: Evaluate): Evaluate {
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

function logical(decides: boolean, left: Evaluate, right: Evaluate): Evaluate {
  const operator = decides ? '||' : '&&';
  return (frame) => {
    let first: boolean;
    try {
      first = bool(left(frame), operator);
    } catch (error) {
      // As CEL defines it: the other side may decide alone. Spent fuel is not forgiven.
      if (error instanceof Fault && frame.fuel >= 0 && bool(right(frame), operator) === decides) return decides;
      throw error;
    }
    return first === decides ? decides : bool(right(frame), operator);
  };
}

export function bool(value: unknown, operator: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new Fault(`${operator} takes true or false, not ${kindOf(value)}`);
}

function negate(value: unknown): unknown {
  if (typeof value === 'number') return -value;
  if (value instanceof Span) return new Span(-value.ms);
  throw new Fault(`- takes a number, not ${kindOf(value)}`);
}

function mapLiteral(entries: readonly (readonly [Evaluate, Evaluate])[]): Evaluate {
  return (frame) => {
    const map: Record<string, unknown> = {};
    for (const [key, value] of entries) setOwn(map, asText(key(frame), 'a key of a map'), value(frame));
    return map;
  };
}

function call(id: string, args: readonly ASTNode[], locals: Locals): Evaluate {
  if (id === 'has') return has(args[0]!, locals);
  const [first, second] = args.slice(0, 2).map((arg) => compileNode(arg, locals));
  switch (id) {
    case 'success':
      return (frame) => frame.needs?.success ?? true;
    case 'failure':
      return (frame) => frame.needs?.failure ?? false;
    case 'always':
      return () => true;
    case 'default':
      return (frame) => attempt(first!, frame) ?? second!(frame);
    case 'regex': {
      const pattern = args[1]!;
      if (pattern.op !== 'value') break;
      const compiled = new LinearRegex(pattern.args as string);
      return (frame) => compiled.testWithin(frame, asText(first!(frame), 'regex'));
    }
  }
  return apply(
    functions.get(id)!,
    [first, second].filter((arg) => arg !== undefined),
  );
}

/** Undefined where a key, an element or an optional's value is missing on the way; other faults stay faults. */
function attempt(evaluate: Evaluate, frame: Parameters<Evaluate>[0]): unknown {
  try {
    const value = evaluate(frame);
    return value instanceof Optional ? value.value : value;
  } catch (error) {
    if (error instanceof Fault && error.missing) return undefined;
    throw error;
  }
}

/** Also false when something on the way is missing. The last name is not forgiven: a skipped step has no output. */
function has(node: ASTNode, locals: Locals): Evaluate {
  const evaluate =
    node.op === '.' ? select(compileNode(node.args[0], locals), node.args[1], false) : compileNode(node, locals);
  return (frame) => attempt(evaluate, frame) !== undefined;
}

function methodCall(id: string, receiver: ASTNode, args: readonly ASTNode[], locals: Locals): Evaluate {
  if (receiver.op === 'id' && receiver.args === 'optional' && !locals.has('optional')) {
    return apply(
      optionalFunctions.get(id)!,
      args.map((arg) => compileNode(arg, locals)),
    );
  }
  const base = compileNode(receiver, locals);
  if (comprehensionNames.has(id)) return comprehension(id, base, args, locals, compileNode);
  const rest = args.map((arg) => compileNode(arg, locals));
  // The alternative is evaluated only when it is needed.
  if (id === 'orValue') return (frame) => asOptional(base(frame)).value ?? rest[0]!(frame);
  if (id === 'or') {
    return (frame) => {
      const optional = asOptional(base(frame));
      return optional.value === undefined ? asOptional(rest[0]!(frame)) : optional;
    };
  }
  return apply(methods.get(id)!, [base, ...rest]);
}

function apply(
  fn: { apply(frame: Parameters<Evaluate>[0], args: readonly unknown[]): unknown },
  args: readonly Evaluate[],
): Evaluate {
  return (frame) => {
    spend(frame, 1);
    return fn.apply(
      frame,
      args.map((arg) => arg(frame)),
    );
  };
}
