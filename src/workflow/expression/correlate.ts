import type { ASTNode } from '@marcbachmann/cel-js';
import type { Evaluate } from './frame.js';
import { compileNode } from './nodes.js';
import { survey } from './references.js';

export interface RawCorrelation {
  /** Keys below the name. */
  readonly path: readonly string[];
  readonly value: Evaluate;
}

/**
 * The first `name.<path> == <expression without name>` among the parts of an expression that are joined by `&&`: it must
 * hold for the whole to be true, and its right side is known before there is a value for `name`.
 */
export function correlationOf(node: ASTNode, name: string): RawCorrelation | undefined {
  if (node.op === '&&') return correlationOf(node.args[0], name) ?? correlationOf(node.args[1], name);
  if (node.op !== '==') return undefined;
  const [left, right] = node.args;
  return sides(left, right, name) ?? sides(right, left, name);
}

function sides(known: ASTNode, other: ASTNode, name: string): RawCorrelation | undefined {
  const path = pathOf(known, name);
  if (path === undefined || path.length === 0) return undefined;
  if (survey(other).references.some((reference) => reference.name === name)) return undefined;
  return { path, value: compileNode(other, new Map()) };
}

/** `event.data.id`: constant keys only. */
function pathOf(node: ASTNode, name: string): readonly string[] | undefined {
  if (node.op === 'id') return node.args === name ? [] : undefined;
  if (node.op !== '.') return undefined;
  const base = pathOf(node.args[0], name);
  return base && [...base, node.args[1]];
}
