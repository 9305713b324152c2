import type { ASTNode } from '@marcbachmann/cel-js';
import { has, index, isStep, name, select, selectOptional, withDefault } from './access.js';
import { comprehension, comprehensionNames } from './comprehension.js';
import { Fault, spend, type Evaluate, type Locals } from './frame.js';
import { asOptional, asText, functions, methods, optionalFunctions } from './functions.js';
import { binaryOperators } from './operators.js';
import { LinearRegex } from './regex.js';
import { kindOf, setOwn, Span } from './values.js';

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

function bool(value: unknown, operator: string): boolean {
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
  if (id === 'has') return has(args[0]!, locals, compileNode);
  if (id === 'default') return withDefault(args, locals, compileNode);
  const [first, second] = args.slice(0, 2).map((arg) => compileNode(arg, locals));
  switch (id) {
    case 'success':
      return (frame) => frame.needs?.success ?? true;
    case 'failure':
      return (frame) => frame.needs?.failure ?? false;
    case 'always':
      return () => true;
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
