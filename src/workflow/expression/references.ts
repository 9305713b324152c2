import type { ASTNode } from '@marcbachmann/cel-js';
import { messageOf, type ErrorCode } from '../../errors/index.js';
import { childrenOf, comprehensionNames } from './comprehension.js';
import { STATUS_FUNCTIONS } from './environment.js';
import { functions, methods, optionalFunctions } from './functions.js';
import { LIMITS } from './limits.js';
import { pairOf, type Pair } from './pairs.js';
import type { Reference } from './reference.js';
import { LinearRegex } from './regex.js';
import { programSizeOf } from './regex-size.js';

/** What is wrong inside an expression, and where in it (from 0). */
export interface Complaint {
  readonly message: string;
  readonly at: number;
  /** Default CC_EXPRESSION_INVALID. */
  readonly code?: ErrorCode;
}

export interface Survey {
  readonly pairs: readonly Pair[];
  readonly references: readonly Reference[];
  readonly complaints: readonly Complaint[];
  readonly usesStatus: boolean;
  /** Lists, maps, texts or times are put together here, so the result needs a look before it leaves. */
  readonly builds: boolean;
  /** What its regular expressions cost to compile; see regex-size.ts. */
  readonly patternSize: number;
}

interface State {
  readonly pairs: Pair[];
  readonly references: Reference[];
  readonly complaints: Complaint[];
  usesStatus: boolean;
  builds: boolean;
  patternSize: number;
}

/** Reads a parsed expression once: names used, functions that are not ours, limits passed. */
export function survey(ast: ASTNode): Survey {
  const state: State = { references: [], pairs: [], complaints: [], usesStatus: false, builds: false, patternSize: 0 };
  visit(ast, { depth: 1, loops: 0, locals: new Set(), guarded: false }, state);
  return state;
}

interface Place {
  readonly depth: number;
  readonly loops: number;
  readonly locals: ReadonlySet<string>;
  readonly guarded: boolean;
}

function visit(node: ASTNode, place: Place, state: State): void {
  const complain = (message: string): void => void state.complaints.push({ message, at: node.start });
  // A chain of `||` or `+` is a deep tree too, so this is wider than the parser's limit on nesting.
  if (place.depth > 4 * LIMITS.depth) return complain('the expression is nested too deeply; split it over steps');
  const chain = referenceOf(node, place);
  if (chain !== undefined) {
    if (!place.locals.has(chain.reference.name)) state.references.push(chain.reference);
    for (const child of chain.computed) visit(child, deeper(place, false), state);
    return;
  }
  switch (node.op) {
    case 'value':
      checkLiteral(node.args, complain);
      break;
    case 'call':
      checkCall(node.args[0], node.args[1], complain, state);
      break;
    case 'rcall':
      if (comprehensionNames.has(node.args[0]))
        return visitComprehension(node.args[0], node.args[1], node.args[2], place, state, complain);
      checkMethod(node.args[0], node.args[1], node.args[2], place, complain);
      state.builds = true;
      break;
    case 'list':
    case 'map':
    case '+':
    case '-':
    case '.?':
    case '[?]':
      state.builds = true;
      break;
    default:
      break;
  }
  const pair = pairOf(node, (side) => {
    const reference = referenceOf(side, place)?.reference;
    return reference && !place.locals.has(reference.name) ? reference : undefined;
  });
  if (pair !== undefined) state.pairs.push(pair);
  const guarded =
    place.guarded || node.op === '.?' || (node.op === 'call' && (node.args[0] === 'has' || node.args[0] === 'default'));
  const children = node.op === 'rcall' && isOptionalNamespace(node.args[1], place) ? node.args[2] : childrenOf(node);
  for (const child of children) visit(child, deeper(place, guarded), state);
}

function deeper(place: Place, guarded: boolean): Place {
  return { ...place, depth: place.depth + 1, guarded };
}

/** The longest chain of constant keys that ends here, when it starts at a name. */
function referenceOf(node: ASTNode, place: Place): { reference: Reference; computed: readonly ASTNode[] } | undefined {
  const computed: ASTNode[] = [];
  let keys: string[] = [];
  let at = node;
  while (at.op === '.' || at.op === '[]') {
    if (at.op === '.') keys.unshift(at.args[1]);
    else if (at.args[1].op === 'value' && typeof at.args[1].args === 'string') keys.unshift(at.args[1].args);
    else {
      // What follows a computed key cannot be told; the names before it still can.
      keys = [];
      computed.push(at.args[1]);
    }
    at = at.args[0];
  }
  if (at.op !== 'id') return undefined;
  return {
    reference: { name: at.args, path: keys, computed: computed.length > 0, guarded: place.guarded, at: at.start },
    computed,
  };
}

function visitComprehension(
  id: string,
  range: ASTNode,
  args: readonly ASTNode[],
  place: Place,
  state: State,
  complain: (message: string) => void,
): void {
  state.builds = true;
  if (!comprehensionNames.get(id)!.includes(args.length))
    return complain(`${id}() does not take ${args.length} arguments`);
  visit(range, deeper(place, false), state);
  if (place.loops >= LIMITS.comprehensionDepth) {
    return complain(
      `comprehensions go ${LIMITS.comprehensionDepth} deep at most; do part of the work in a step before`,
    );
  }
  const loopVariable = args[0]!;
  const locals = new Set(place.locals).add(loopVariable.op === 'id' ? loopVariable.args : '');
  for (const arg of args.slice(1))
    visit(arg, { depth: place.depth + 1, loops: place.loops + 1, locals, guarded: false }, state);
}

function checkLiteral(value: unknown, complain: (message: string) => void): void {
  if (typeof value === 'bigint') {
    if (!Number.isSafeInteger(Number(value))) complain('this whole number is too large to be exact; write it as text');
  } else if (typeof value === 'object' && value !== null) {
    complain('bytes and unsigned numbers have no form in JSON; use text and plain numbers');
  }
}

function checkCall(id: string, args: readonly ASTNode[], complain: (message: string) => void, state: State): void {
  if (STATUS_FUNCTIONS.includes(id)) state.usesStatus = true;
  else if (id === 'has' || id === 'default') return;
  else if (functions.get(id)?.arity.includes(args.length) !== true)
    complain(`the function ${id}() with ${args.length} arguments is not available here`);
  else state.builds = true;
  if (id === 'regex') checkPattern(args[1]!, complain, state);
}

function checkPattern(pattern: ASTNode, complain: (message: string) => void, state: State): void {
  if (pattern.op !== 'value' || typeof pattern.args !== 'string') return;
  state.patternSize += programSizeOf(pattern.args);
  if (state.patternSize > 2 * LIMITS.patternSize)
    return complain('the regular expressions of this expression are too large together');
  try {
    new LinearRegex(pattern.args);
  } catch (error) {
    complain(messageOf(error));
  }
}

function checkMethod(
  id: string,
  receiver: ASTNode,
  args: readonly ASTNode[],
  place: Place,
  complain: (message: string) => void,
): void {
  if (id === 'matches') return complain('matches() can hang on some patterns; use regex(text, pattern)');
  if (id === 'or' || id === 'orValue') return;
  const table = isOptionalNamespace(receiver, place) ? optionalFunctions : methods;
  if (table.get(id)?.arity.includes(args.length) !== true)
    complain(`the function .${id}() with ${args.length} arguments is not available here`);
}

function isOptionalNamespace(node: ASTNode, place: Place): boolean {
  return node.op === 'id' && node.args === 'optional' && !place.locals.has('optional');
}
