import { CcError } from '../../errors/index.js';
import type { Condition } from '../plan.js';
import { tryCompileExpression, type Expression } from './expression.js';
import { kindOf } from './values.js';
import type { Complaint } from './references.js';
import { cut } from './template-text.js';

export interface ConditionContext {
  readonly names: readonly string[];
  readonly where: string;
  readonly statusFunctions: boolean;
  seen?(expression: Expression, at: number): void;
  complain(complaint: Complaint): void;
}

/** An `if`: a boolean, `${{ CEL }}` or bare CEL. What did not compile is never true. */
export function compileConditionWith(source: string | boolean, context: ConditionContext): Condition {
  if (typeof source === 'boolean') return { usesStatus: false, evaluate: () => source };
  const inner = innerText(source, context);
  const compiled = inner && tryCompileExpression(inner.text, context.names, context);
  if (!compiled || !compiled.ok) {
    for (const complaint of compiled?.complaints ?? [])
      context.complain({ ...complaint, at: inner!.at + complaint.at });
    return never;
  }
  const { expression } = compiled;
  context.seen?.(expression, inner.at);
  if (expression.type !== 'bool' && !expression.type.startsWith('dyn')) {
    context.complain({ message: `a condition must be true or false, this is ${expression.type}`, at: inner.at });
    return never;
  }
  return {
    usesStatus: expression.usesStatus,
    evaluate(scope, needs) {
      const result = expression.evaluate(scope, needs);
      if (typeof result === 'boolean') return result;
      throw new CcError(
        'CC_EXPRESSION_FAILED',
        `${context.where}: \${{ ${expression.text.trim()} }} must be true or false, not ${kindOf(result)}`,
      );
    },
  };
}

const never: Condition = { usesStatus: false, evaluate: () => false };

function innerText(source: string, context: ConditionContext): { text: string; at: number } | undefined {
  if (!source.includes('${{')) return { text: source, at: 0 };
  const blank = source.length - source.trimStart().length;
  const parts = cut(source.trim());
  const [only] = parts.ok ? parts.pieces : [];
  if (parts.ok && parts.pieces.length === 1 && only?.kind === 'expression')
    return { text: only.text, at: blank + only.at };
  context.complain({
    message: 'a condition is one expression: write ${{ ... }} around the whole, or leave it out',
    at: 0,
  });
  return undefined;
}
