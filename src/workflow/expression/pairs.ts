import type { ASTNode } from '@marcbachmann/cel-js';
import type { Reference } from './reference.js';

/** Kinds of values as messages name them. */
export type Kind = 'text' | 'number' | 'boolean' | 'list' | 'map';

export interface Side {
  /** Of a value written in the expression. */
  readonly kind?: Kind;
  readonly reference?: Reference;
}

/** Two values and an operator between them, where both may be known before a run: checked when a file is loaded. */
export interface Pair {
  readonly operator: string;
  readonly left: Side;
  readonly right: Side;
  readonly at: number;
}

const OPERATORS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%']);

export function pairOf(node: ASTNode, refer: (node: ASTNode) => Reference | undefined): Pair | undefined {
  if (!OPERATORS.has(node.op)) return undefined;
  const [left, right] = (node.args as readonly ASTNode[]).map((side) => sideOf(side, refer));
  return left && right && { operator: node.op, left, right, at: node.start };
}

function sideOf(node: ASTNode, refer: (node: ASTNode) => Reference | undefined): Side | undefined {
  const reference = refer(node);
  if (reference !== undefined) return { reference };
  if (node.op !== 'value') return undefined;
  const kind = KINDS.get(typeof node.args);
  return kind && { kind };
}

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['string', 'text'],
  ['number', 'number'],
  ['bigint', 'number'],
  ['boolean', 'boolean'],
]);

/** Why the operator never makes sense between these kinds; undefined when it does. */
export function kindProblem(operator: string, left: Kind, right: Kind): string | undefined {
  if (operator === '==' || operator === '!=') {
    return left === right ? undefined : `a ${left} never equals a ${right}`;
  }
  const allowed = ALLOWED.get(operator) ?? ['number'];
  if (left === right && allowed.includes(left)) return undefined;
  const hint = operator === '+' && (left === 'text' || right === 'text') ? '; use string(...)' : '';
  return `${left} ${operator} ${right} is not defined${hint}`;
}

const ORDERED: readonly Kind[] = ['number', 'text', 'boolean'];

const ALLOWED: ReadonlyMap<string, readonly Kind[]> = new Map([
  ['+', ['number', 'text', 'list']],
  ['<', ORDERED],
  ['<=', ORDERED],
  ['>', ORDERED],
  ['>=', ORDERED],
]);
