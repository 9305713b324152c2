import { CcError } from '../../errors/index.js';
import type { Scope, Template } from '../plan.js';
import { tryCompileExpression, type Expression } from './expression.js';
import { Fault, type Frame } from './frame.js';
import { LIMITS } from './limits.js';
import type { Complaint } from './references.js';
import { cut } from './template-text.js';
import { setOwn, textOf } from './values.js';

type PathPart = string | number;

/** What compiling a template asks of its caller: where it stands, what to do with each expression and each complaint. */
export interface TemplateContext {
  readonly names: readonly string[];
  readonly where: string;
  /** Called for every expression that compiled: a place for further checks of its references. */
  seen?(expression: Expression, path: readonly PathPart[], at: number): void;
  complain(complaint: Complaint, path: readonly PathPart[]): void;
}

/** A value with its `${{ }}` compiled. `constant` when there was none: then evaluating returns the value itself. */
export interface CompiledTemplate extends Template {
  readonly constant: boolean;
}

/** Compiles every `${{ }}` in a JSON value. Reports all complaints; what did not compile evaluates to null. */
export function compileTemplateWith(
  value: unknown,
  context: TemplateContext,
  path: readonly PathPart[] = [],
): CompiledTemplate {
  if (typeof value === 'string') return compileText(value, context, path);
  if (Array.isArray(value)) {
    const items = value.map((item, i) => compileTemplateWith(item, context, [...path, i]));
    if (items.every((item) => item.constant)) return constantTemplate(value);
    return { constant: false, evaluate: (scope) => items.map((item) => item.evaluate(scope)) };
  }
  if (typeof value === 'object' && value !== null) return compileMap(value as Record<string, unknown>, context, path);
  return constantTemplate(value);
}

function constantTemplate(value: unknown): CompiledTemplate {
  return { constant: true, evaluate: () => value };
}

function compileMap(
  map: Record<string, unknown>,
  context: TemplateContext,
  path: readonly PathPart[],
): CompiledTemplate {
  const entries = Object.entries(map).map(
    ([key, value]) => [key, compileTemplateWith(value, context, [...path, key])] as const,
  );
  if (entries.every(([, value]) => value.constant)) return constantTemplate(map);
  return {
    constant: false,
    evaluate(scope) {
      const result: Record<string, unknown> = {};
      for (const [key, value] of entries) setOwn(result, key, value.evaluate(scope));
      return result;
    },
  };
}

function compileText(text: string, context: TemplateContext, path: readonly PathPart[]): CompiledTemplate {
  if (!text.includes('${{')) return constantTemplate(text);
  const parts = cut(text);
  if (!parts.ok) {
    context.complain({ message: '"${{" has no closing "}}"', at: parts.at }, path);
    return constantTemplate(null);
  }
  const pieces = parts.pieces.map((piece) =>
    piece.kind === 'text' ? piece.text : compilePiece(piece.text, piece.at, context, path),
  );
  const [only] = pieces;
  if (pieces.length === 1 && typeof only === 'object')
    return { constant: false, evaluate: (scope) => only.evaluate(scope) };
  return { constant: false, evaluate: (scope) => interpolate(pieces, scope, context.where) };
}

function compilePiece(text: string, at: number, context: TemplateContext, path: readonly PathPart[]): Template {
  const compiled = tryCompileExpression(text, context.names, { where: context.where });
  if (!compiled.ok) {
    for (const complaint of compiled.complaints) context.complain({ ...complaint, at: at + complaint.at }, path);
    return constantTemplate(null);
  }
  context.seen?.(compiled.expression, path, at);
  return compiled.expression;
}

function interpolate(pieces: readonly (string | Template)[], scope: Scope, where: string): string {
  let text = '';
  for (const piece of pieces) text += typeof piece === 'string' ? piece : inText(piece.evaluate(scope), where);
  if (text.length > LIMITS.text)
    throw new CcError('CC_EXPRESSION_FAILED', `${where}: the text is longer than ${LIMITS.text} characters`);
  return text;
}

/** Inside a text: null is nothing, lists and maps are JSON. */
function inText(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null || value === undefined) return '';
  const frame: Frame = { scope: {}, needs: undefined, locals: [], fuel: LIMITS.fuel };
  try {
    return textOf(frame, value, { characters: LIMITS.text });
  } catch (error) {
    throw new CcError(
      'CC_EXPRESSION_FAILED',
      `${where}: ${error instanceof Fault ? error.message : 'the data is nested too deeply'}`,
    );
  }
}
