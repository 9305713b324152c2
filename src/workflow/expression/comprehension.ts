import type { ASTNode } from '@marcbachmann/cel-js';
import { checkList, Fault, spend, type Compile, type Evaluate, type Frame, type Locals } from './frame.js';
import { LIMITS } from './limits.js';
import { isMap, kindOf } from './values.js';

/** By name: the numbers of arguments, the loop variable included. */
export const comprehensionNames: ReadonlyMap<string, readonly number[]> = new Map([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['filter', [2]],
  ['map', [2, 3]],
]);

export function comprehension(
  id: string,
  range: Evaluate,
  args: readonly ASTNode[],
  locals: Locals,
  compile: Compile,
): Evaluate {
  const slot = locals.size;
  const inner = new Map(locals).set(args[0]!.args as string, slot);
  const body = args.slice(1).map((arg) => compile(arg, inner));
  const cost = args.slice(1).reduce((sum, arg) => sum + countNodes(arg), 1);
  const run = loops[id]!;
  return (frame) => {
    const items = itemsOf(range(frame));
    const loop: Loop = {
      items,
      at(item, part) {
        frame.locals[slot] = item;
        return body[part]!(frame);
      },
      next: () => spend(frame, cost),
    };
    return run(loop, body.length, frame);
  };
}

interface Loop {
  readonly items: readonly unknown[];
  /** The value of one part of the body for an item. */
  at(item: unknown, part: number): unknown;
  /** Pays for one round. */
  next(): void;
}

const loops: Readonly<Record<string, (loop: Loop, parts: number, frame: Frame) => unknown>> = {
  all: (loop, _parts, frame) => quantify(loop, frame, false),
  exists: (loop, _parts, frame) => quantify(loop, frame, true),
  exists_one: (loop) => loop.items.filter((item) => test(loop, item)).length === 1,
  filter: (loop) => loop.items.filter((item) => test(loop, item)),
  map(loop, parts) {
    const result: unknown[] = [];
    for (const item of loop.items) {
      if (parts === 2) {
        if (test(loop, item)) result.push(loop.at(item, 1));
      } else {
        loop.next();
        result.push(loop.at(item, 0));
      }
    }
    checkList(result.length);
    return result;
  },
};

/** As CEL defines it: a fault at one item does not matter when another item decides. */
function quantify(loop: Loop, frame: Frame, decides: boolean): boolean {
  let fault: Fault | undefined;
  for (const item of loop.items) {
    try {
      if (test(loop, item) === decides) return decides;
    } catch (error) {
      if (frame.fuel < 0 || !(error instanceof Fault)) throw error;
      fault ??= error;
    }
  }
  if (fault !== undefined) throw fault;
  return !decides;
}

function test(loop: Loop, item: unknown): boolean {
  loop.next();
  const result = loop.at(item, 0);
  if (typeof result === 'boolean') return result;
  throw new Fault(`the condition of a comprehension must be true or false, not ${kindOf(result)}`);
}

function itemsOf(range: unknown): readonly unknown[] {
  const items = Array.isArray(range) ? (range as unknown[]) : isMap(range) ? Object.keys(range) : undefined;
  if (items === undefined)
    throw new Fault(`a comprehension goes over a list or the keys of a map, not ${kindOf(range)}`);
  if (items.length <= LIMITS.items) return items;
  throw new Fault(`a comprehension goes over at most ${LIMITS.items} elements, not ${items.length}`);
}

function countNodes(node: ASTNode): number {
  return childrenOf(node).reduce((sum, child) => sum + countNodes(child), 1);
}

export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
