import { CcError } from '../errors/index.js';

export function evaluate(expression: string, _scope: Readonly<Record<string, unknown>>): unknown {
  throw new CcError('CC_EXPRESSION_INVALID', `"${expression}": expressions are not wired yet`);
}
