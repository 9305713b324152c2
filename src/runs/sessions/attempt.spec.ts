import { RetryableError, TerminalError } from '@commandcenter/sdk';
import type { ActionContext } from '@commandcenter/sdk';
import { testPlugin } from '../../../test/support/test-agent.js';
import { AgentRegistry } from '../../plugin-host/index.js';
import { loadAgents } from '../../plugin-host/load-agents.js';
import type { Failure } from '../../workflow/index.js';
import { Attempt, type AttemptEars, type AttemptOutcome } from './attempt.js';

type Action = (input: unknown, context: ActionContext) => unknown;

interface Options {
  readonly timeoutMs?: number;
  readonly abortGraceMs?: number;
  readonly maxOutputBytes?: number;
  readonly ears?: Partial<AttemptEars>;
}

function attemptOf(action: Action, options: Options = {}): { attempt: Attempt; outcome: Promise<AttemptOutcome> } {
  const [agent] = loadAgents(testPlugin({ do: action }));
  const registry = new AgentRegistry();
  registry.register(agent!, new (agent!.type as new () => object)(), {
    options: undefined,
    secrets: undefined as never,
  });
  const facts = {
    run: { id: 'r', workflow: 'flow', version: 'v1' },
    step: 'a',
    attempt: 2,
    agent: 'test',
    action: 'do',
    telemetry: {
      traceparent: '00-1-2-01',
      within: <T>(work: () => T) => work(),
      ended: () => undefined,
      left: () => undefined,
    },
    timeoutMs: options.timeoutMs ?? 10_000,
  };
  const ears = { log: () => undefined, cost: () => undefined, ...options.ears };
  const limits = { maxOutputBytes: options.maxOutputBytes ?? 1000, abortGraceMs: options.abortGraceMs ?? 50 };
  const attempt = new Attempt(facts, { n: 1 }, ears, limits);
  return { attempt, outcome: attempt.start(registry, (text) => text.replaceAll('s3cret', '***')) };
}

const outcomeOf = (action: Action, options?: Options) => attemptOf(action, options).outcome;
const forever = () => new Promise<never>(() => undefined);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const stop: Failure = { type: 'cancelled', code: 'CC_RUN_CANCELLED', message: 'stop' };

/** An agent that heeds its signal. */
const polite: Action = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('an attempt', () => {
  it('stores no secret: not in the output, nor in what is emitted, nor in why it cannot be stored', async () => {
    const outcome = await outcomeOf((_, context) => {
      context.emit({ type: 'order.paid', data: { token: 'a s3cret' } });
      return { headers: { s3cret: 'Bearer s3cret' } };
    });
    expect(outcome).toEqual({
      ok: true,
      output: { headers: { '***': 'Bearer ***' } },
      text: '{"headers":{"***":"Bearer ***"}}',
      emitted: [{ type: 'order.paid', data: { token: 'a ***' } }],
    });
    const unfit = await outcomeOf(() => ({
      toJSON() {
        throw new Error('s3cret');
      },
    }));
    expect(JSON.stringify(unfit)).not.toContain('s3cret');
  });

  it('gives the agent its input and a key that is the same for every attempt', async () => {
    const outcome = await outcomeOf((input, { idempotencyKey, attempt, step }) => ({
      input,
      idempotencyKey,
      attempt,
      step,
    }));
    expect(outcome).toMatchObject({
      ok: true,
      output: { input: { n: 1 }, idempotencyKey: 'r/a', attempt: 2, step: 'a' },
    });
  });

  it('gives back what the JSON of the output says, so that a fold of the log sees the same', async () => {
    const outcome = await outcomeOf(() => ({ when: new Date(0), none: undefined, list: [undefined] }));
    expect(outcome).toEqual({
      ok: true,
      output: { when: '1970-01-01T00:00:00.000Z', list: [null] },
      text: '{"when":"1970-01-01T00:00:00.000Z","list":[null]}',
      emitted: [],
    });
  });

  it.each([[undefined], [null], [() => 1]])('takes %p for null', async (output) => {
    expect(await outcomeOf(() => output)).toMatchObject({ ok: true, output: null, text: 'null' });
  });

  it('is not moved by an agent that changes its output afterwards', async () => {
    const output = { n: 1 };
    const outcome = await outcomeOf(() => output);
    output.n = 2;
    expect(outcome).toMatchObject({ output: { n: 1 } });
  });

  it.each<[string, () => unknown]>([
    ['a circle', () => ({ get self() { return this; } })], // prettier-ignore
    ['a BigInt', () => ({ n: 10n })],
    ['toJSON that throws', () => ({ toJSON: () => { throw new Error('no'); } })], // prettier-ignore
  ])('fails for good on an output that is not JSON: %s', async (_, output) => {
    expect(await outcomeOf(output)).toMatchObject({
      ok: false,
      failure: { type: 'terminal', code: 'CC_STEP_OUTPUT_INVALID' },
    });
  });

  it('fails for good on an output that is too large, in bytes and not in characters', async () => {
    const output = 'ä'.repeat(499);
    expect(await outcomeOf(() => output, { maxOutputBytes: 1000 })).toMatchObject({ ok: true });
    expect(await outcomeOf(() => output, { maxOutputBytes: 999 })).toMatchObject({
      ok: false,
      failure: {
        type: 'limit',
        code: 'CC_STEP_OUTPUT_TOO_LARGE',
        message: expect.stringContaining('1000 bytes') as string,
      },
    });
  });
});

describe('what an agent throws', () => {
  it.each<[string, unknown, object]>([
    ['any error', new Error('no s3cret'), { failure: { type: 'retryable', message: 'no ***' } }],
    ['something that is no error', 'oops', { failure: { type: 'retryable', message: 'oops' } }],
    ['nothing', undefined, { failure: { type: 'retryable' } }],
    ['a terminal error', new TerminalError('never'), { failure: { type: 'terminal' } }],
    [
      'a retryable error',
      new RetryableError('later', { retryAfter: 3 }),
      { failure: { type: 'retryable' }, retryAfterMs: 3000 },
    ],
  ])('%s', async (_, thrown, outcome) => {
    const both = [() => Promise.reject(thrown as Error), () => { throw thrown; }]; // prettier-ignore
    for (const action of both) expect(await outcomeOf(action)).toMatchObject({ ok: false, ...outcome });
  });
});

describe('what an agent emits', () => {
  it('comes with its result', async () => {
    const outcome = await outcomeOf((_, context) => context.emit({ type: 'order.paid', subject: '7', data: { n: 1 } }));
    expect(outcome).toMatchObject({ ok: true, emitted: [{ type: 'order.paid', subject: '7', data: { n: 1 } }] });
  });

  it.each<[string, unknown]>([
    ['a BigInt', { type: 'a', data: 1n }],
    ['a subject with a NUL', { type: 'a', subject: '\u0000' }],
  ])('fails the step when no event can be made of it: %s', async (_, event) => {
    expect(await outcomeOf((_input, context) => context.emit(event as never))).toMatchObject({ ok: false });
  });
});

describe('the timeout of an attempt', () => {
  it('aborts the signal and is a failure worth another attempt', async () => {
    expect(await outcomeOf(polite, { timeoutMs: 20 })).toEqual({
      ok: false,
      failure: { type: 'timeout', code: 'CC_STEP_TIMEOUT', message: 'step a took longer than its timeout of 20 ms' },
    });
  });

  it('gives up an agent that does not heed its signal, after the grace', async () => {
    const from = Date.now();
    expect(await outcomeOf(forever, { timeoutMs: 20, abortGraceMs: 60 })).toMatchObject({
      failure: { type: 'timeout' },
    });
    expect(Date.now() - from).toBeGreaterThanOrEqual(75);
  });

  it('does not take a result that comes during the grace', async () => {
    const late: Action = () => sleep(40).then(() => 'late');
    expect(await outcomeOf(late, { timeoutMs: 10, abortGraceMs: 1000 })).toMatchObject({
      failure: { type: 'timeout' },
    });
  });

  it('starts again with every heartbeat', async () => {
    const outcome = await outcomeOf(async (_, context) => {
      for (let n = 0; n < 6; n++) {
        await sleep(50);
        context.heartbeat();
      }
      return 'done';
    }, { timeoutMs: 200 }); // prettier-ignore
    expect(outcome).toMatchObject({ ok: true, output: 'done' });
  });

  it.each([30, 365])('of %i days does not fire now', async (days) => {
    const outcome = await outcomeOf(() => sleep(30).then(() => 'done'), { timeoutMs: days * 86_400_000 });
    expect(outcome).toMatchObject({ ok: true });
  });
});

describe('an abort', () => {
  it('reaches an agent that asked for the signal before, and one that asks after', async () => {
    const early = attemptOf(polite);
    early.attempt.abort(stop);
    expect(await early.outcome).toEqual({ ok: false, failure: stop });
    const late = attemptOf(async (_, context) => {
      await sleep(20);
      if (context.signal.aborted) throw context.signal.reason;
    });
    late.attempt.abort(stop);
    expect(await late.outcome).toEqual({ ok: false, failure: stop });
  });

  it('records work that was done in spite of it as done', async () => {
    const { attempt, outcome } = attemptOf(() => sleep(20).then(() => 'done'));
    attempt.abort(stop);
    expect(await outcome).toMatchObject({ ok: true, output: 'done' });
  });

  it('says why it was aborted, whatever the agent throws about it', async () => {
    const { attempt, outcome } = attemptOf((_, { signal }) =>
      new Promise((_r, reject) => signal.addEventListener('abort', () => reject(new TerminalError('I was interrupted')))),
    ); // prettier-ignore
    attempt.abort(stop);
    expect(await outcome).toEqual({ ok: false, failure: stop });
  });

  it('keeps its first reason, and does nothing after the end', async () => {
    const { attempt, outcome } = attemptOf(polite);
    attempt.abort(stop);
    attempt.abort({ ...stop, message: 'second' });
    expect(await outcome).toMatchObject({ failure: { message: 'stop' } });
    attempt.abort(stop);
    attempt.heartbeat();
  });

  it('is not undone by a heartbeat', async () => {
    const { attempt, outcome } = attemptOf(forever, { abortGraceMs: 40 });
    attempt.abort(stop);
    attempt.heartbeat();
    expect(await outcome).toEqual({ ok: false, failure: stop });
  });
});

describe('what an attempt tells', () => {
  it('is what it cost, and never something that is no cost', async () => {
    const told: unknown[] = [];
    const ears = { cost: (_: Attempt, usd: number, kind: string) => void told.push([usd, kind]) };
    await outcomeOf((_, context) => context.cost(0.5, 'tokens'), { ears });
    for (const usd of [Number.NaN, -1, Infinity]) {
      expect(await outcomeOf((_, context) => context.cost(usd, 'tokens'), { ears })).toMatchObject({ ok: false });
      attemptOf(forever, { ears, timeoutMs: 10, abortGraceMs: 1 }).attempt.cost(usd, 'tokens');
    }
    expect(told).toEqual([[0.5, 'tokens']]);
  });

  it('is its log and its progress', async () => {
    const told: unknown[] = [];
    const ears: Partial<AttemptEars> = { log: (_, level, message, fields) => void told.push([level, message, fields]) };
    await outcomeOf((_, context) => {
      context.logger.warn('careful', { n: 1 });
      context.progress(0.5, 'half');
    }, { ears }); // prettier-ignore
    expect(told).toEqual([['warn', 'careful', { n: 1 }], ['info', 'half', { progress: 0.5 }]]); // prettier-ignore
  });
});
