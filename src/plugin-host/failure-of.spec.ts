import { CancelledError, RetryableError, TerminalError } from '@commandcenter/sdk';
import { CcError } from '../errors/index.js';
import { failureOf } from './failure-of.js';

const otherCopy = (kind: string, rest: object = {}) =>
  Object.assign(new Error('from another copy'), { [Symbol.for('commandcenter.failure')]: kind, ...rest });

describe('failureOf', () => {
  it.each<[string, unknown, string, string]>([
    ['RetryableError', new RetryableError('m'), 'retryable', 'CC_STEP_FAILED'],
    ['TerminalError', new TerminalError('m'), 'terminal', 'CC_STEP_FAILED'],
    ['CancelledError', new CancelledError('m'), 'cancelled', 'CC_RUN_CANCELLED'],
    ['a TerminalError of another copy of the SDK', otherCopy('terminal'), 'terminal', 'CC_STEP_FAILED'],
    ['a brand nobody knows', otherCopy('strange'), 'retryable', 'CC_STEP_FAILED'],
    ['any error', new TypeError('m'), 'retryable', 'CC_STEP_FAILED'],
    ['a text', 'm', 'retryable', 'CC_STEP_FAILED'],
    ['nothing', undefined, 'retryable', 'CC_STEP_FAILED'],
    ['wrong input', new CcError('CC_STEP_INPUT_INVALID', 'm'), 'terminal', 'CC_STEP_INPUT_INVALID'],
    ['wrong output', new CcError('CC_STEP_OUTPUT_INVALID', 'm'), 'terminal', 'CC_STEP_OUTPUT_INVALID'],
    ['a failed expression', new CcError('CC_EXPRESSION_FAILED', 'm'), 'terminal', 'CC_EXPRESSION_FAILED'],
    ['a hub that has no time', new CcError('CC_OVERLOADED', 'm'), 'retryable', 'CC_OVERLOADED'],
  ])('takes %s for what it is', (_, thrown, type, code) => {
    expect(failureOf(thrown).failure).toMatchObject({ type, code });
  });

  it('keeps the wait an action asks for', () => {
    expect(failureOf(new RetryableError('m', { retryAfter: 1.5 })).retryAfterMs).toBe(1_500);
    expect(failureOf(otherCopy('retryable', { retryAfter: 7 })).retryAfterMs).toBe(7_000);
    for (const retryAfter of [-1, 0, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(failureOf(new RetryableError('m', { retryAfter }))).not.toHaveProperty('retryAfterMs');
    }
    expect(failureOf(otherCopy('terminal', { retryAfter: 7 }))).not.toHaveProperty('retryAfterMs');
  });

  it('keeps the chain of causes, also one that bites its tail', () => {
    const root = new Error('root');
    expect(failureOf(new Error('top', { cause: new Error('middle', { cause: root }) })).failure).toMatchObject({
      message: 'top',
      cause: 'middle <- root',
    });
    root.cause = root;
    expect(failureOf(root).failure.cause).toBe(Array(5).fill('root').join(' <- '));
    expect(failureOf(new Error('alone')).failure).not.toHaveProperty('cause');
  });

  it('blacks out message and causes, then cuts them', () => {
    const redact = (text: string) => text.replaceAll('s3cr3t', '***');
    const { failure } = failureOf(new Error(`${'x'.repeat(1_998)}s3cr3t`, { cause: new Error('s3cr3t') }), redact);
    expect(failure.cause).toBe('***');
    expect(failure.message).toBe(`${'x'.repeat(1_998)}** [cut]`);
  });
});
