import { setTimeout as sleep } from 'node:timers/promises';
import { RetryableError, TerminalError } from '@commandcenter/sdk';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import type { Database } from '../src/database/index.js';
import { entities } from '../src/app.module.js';
import { Possessions } from '../src/runs/liveness/possessions.js';
import { testDatabase } from './support/database.js';
import { type Engine, eventually, startEngine } from './support/engine.js';
import type { Actions } from './support/test-agent.js';
import { SpanRecorder, type SpanTree } from './support/traces/span-recorder.js';

const spans = new SpanRecorder();
/** traceparent by `<step> <attempt>` of the newest run. */
const contexts = new Map<string, string>();

const actions: Actions = {
  do: (input, { step, attempt, traceparent }) => {
    contexts.set(`${step} ${attempt}`, traceparent!);
    return input;
  },
  flaky: ({ failures }, { attempt }) => {
    if (attempt <= failures) throw new RetryableError('not yet');
    return attempt;
  },
  fail: () => {
    throw new TerminalError('never');
  },
  hang: (_, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  once: (_, { signal }) => {
    hung++;
    if (hung > 1) return 'second';
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  },
};
let hung = 0;

const retry = { attempts: 3, delay: '30ms', factor: 1, jitter: false };
const workflows = {
  chain: { name: 'A chain', steps: { a: { with: { n: 1 } }, b: { needs: ['a'] } } },
  flaky: { steps: { a: { uses: 'test.flaky', with: { failures: 1 }, retry } } },
  fails: { steps: { a: {}, b: { needs: ['a'], uses: 'test.fail' }, c: { needs: ['b'] } } },
  slow: { steps: { a: { uses: 'test.hang', timeout: '40ms' } } },
  hangs: { steps: { a: { uses: 'test.hang' } } },
  pauses: {
    steps: { a: {}, b: { needs: ['a'], uses: 'test.flaky', with: { failures: 1 }, retry: { ...retry, delay: '1s' } } },
  },
  lost: { steps: { a: { uses: 'test.once' } } },
};

let database: Database;
const engines: Engine[] = [];
async function replica(engine = {}): Promise<Engine> {
  const made = await startEngine({ database, plugin: actions, workflows, engine });
  engines.push(made);
  return made;
}

beforeAll(async () => {
  await spans.start();
  database = await testDatabase({ entities });
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});
afterAll(async () => {
  await database.close();
  await spans.stop();
});

async function idsOf(run: string): Promise<{ traceId: string; spanId: string }> {
  const { rows } = await database.pool.query<{ trace_id: string; span_id: string }>(
    'SELECT trace_id, span_id FROM run WHERE id = $1',
    [run],
  );
  return { traceId: rows[0]!.trace_id, spanId: rows[0]!.span_id };
}

async function endedTree(run: string, ...engine: Engine[]): Promise<SpanTree> {
  await engine[0]!.ended(run);
  const { traceId } = await idsOf(run);
  return eventually(() => {
    const tree = spans.tree(traceId);
    if (tree.name !== 'workflow.execute') throw new Error('the root is not there yet');
    return tree;
  });
}

const ms = expect.any(Number) as number;
const version = expect.stringMatching(/^[0-9a-f]+$/) as string;

const attempt = (run: string, step: string, action: string, n: number, status: string) => ({
  'agent.id': 'test',
  'agent.name': 'Test',
  'agent.action': action,
  'agent.attempt': n,
  'agent.status': status,
  'agent.duration.ms': ms,
  'workflow.run.id': run,
  'workflow.step': step,
});
const root = (run: string, workflow: string, status: string, name = workflow) => ({
  'workflow.id': workflow,
  'workflow.name': name,
  'workflow.version': version,
  'workflow.trigger': 'manual',
  'workflow.run.id': run,
  'workflow.status': status,
  'workflow.duration.ms': ms,
});

describe('the trace of a run', () => {
  it('has the ids of the run, its true start, and a child for each attempt, whose context the agent got', async () => {
    const engine = await replica();
    const { id } = await engine.start('chain');
    expect(await endedTree(id, engine)).toEqual({
      name: 'workflow.execute',
      attributes: root(id, 'chain', 'succeeded', 'A chain'),
      children: [
        { name: 'agent.execute', attributes: attempt(id, 'a', 'do', 1, 'succeeded') },
        { name: 'agent.execute', attributes: attempt(id, 'b', 'do', 1, 'succeeded') },
      ],
    });
    const ids = await idsOf(id);
    const [execute, a] = spans.of(ids.traceId);
    expect(execute!.spanContext()).toMatchObject({ traceId: ids.traceId, spanId: ids.spanId });
    expect(contexts.get('a 1')).toBe(`00-${ids.traceId}-${a!.spanContext().spanId}-01`);
    const { rows } = await database.pool.query<{ from: Date; to: Date }>(
      'SELECT started_at AS "from", finished_at AS "to" FROM run WHERE id = $1',
      [id],
    );
    expect(hrTimeToMilliseconds(execute!.startTime)).toBe(rows[0]!.from.getTime());
    expect(hrTimeToMilliseconds(execute!.endTime)).toBe(rows[0]!.to.getTime());
  });

  it('links whatever asked for the run, and is not part of it', async () => {
    const engine = await replica();
    const asked = '0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331';
    const { id } = await engine.start('chain', {}, { traceparent: `00-${asked}-01` });
    expect(await endedTree(id, engine)).toMatchObject({ name: 'workflow.execute', links: [asked] });
  });

  it('shows a failed attempt, the wait and the attempt after it', async () => {
    const engine = await replica();
    const { id } = await engine.start('flaky');
    expect(await endedTree(id, engine)).toEqual({
      name: 'workflow.execute',
      attributes: root(id, 'flaky', 'succeeded'),
      children: [
        {
          name: 'agent.execute',
          attributes: { ...attempt(id, 'a', 'flaky', 1, 'failed'), 'error.type': 'retryable' },
          error: 'not yet',
          exceptions: [{ 'exception.type': expect.stringMatching(/^CC_/), 'exception.message': 'not yet' }],
        },
        {
          name: 'timer.wait',
          attributes: { 'workflow.run.id': id, 'workflow.step': 'a', 'timer.kind': 'retry' },
        },
        { name: 'agent.execute', attributes: attempt(id, 'a', 'flaky', 2, 'succeeded') },
      ],
    });
    const [, failed, wait, again] = spans.of((await idsOf(id)).traceId);
    expect(wait!.startTime).toEqual(failed!.endTime);
    expect(hrTimeToMilliseconds(wait!.duration)).toBeGreaterThanOrEqual(30);
    expect(hrTimeToMilliseconds(again!.startTime)).toBeGreaterThanOrEqual(hrTimeToMilliseconds(wait!.endTime));
  });

  it('is an error where the run failed, with the exception that failed it', async () => {
    const engine = await replica();
    const { id } = await engine.start('fails');
    const tree = await endedTree(id, engine);
    expect(tree).toMatchObject({
      attributes: { ...root(id, 'fails', 'failed'), 'error.type': 'terminal' },
      error: expect.stringContaining('never'),
      exceptions: [{ 'exception.type': expect.stringMatching(/^CC_/), 'exception.message': tree.error }],
      children: [
        { name: 'agent.execute', attributes: { 'workflow.step': 'a', 'agent.status': 'succeeded' } },
        { name: 'agent.execute', attributes: { 'workflow.step': 'b', 'error.type': 'terminal' }, error: 'never' },
      ],
    });
    expect(tree.children).toHaveLength(2);
  });

  it('is an error where an attempt took too long', async () => {
    const engine = await replica();
    const { id } = await engine.start('slow');
    const timedOut = { ...attempt(id, 'a', 'hang', 1, 'timed_out'), 'error.type': 'timeout' };
    const tree = await endedTree(id, engine);
    expect(tree.children).toEqual([
      {
        name: 'agent.execute',
        attributes: timedOut,
        error: expect.stringContaining('timeout of 40 ms'),
        exceptions: [{ 'exception.type': 'CC_STEP_TIMEOUT', 'exception.message': expect.any(String) }],
      },
    ]);
    expect(tree).toMatchObject({ attributes: { 'workflow.status': 'failed', 'error.type': 'timeout' } });
  });

  it('is no error where somebody cancelled it', async () => {
    const engine = await replica();
    const { id } = await engine.start('hangs');
    await sleep(50);
    await engine.cancel(id);
    expect(await endedTree(id, engine)).toEqual({
      name: 'workflow.execute',
      attributes: root(id, 'hangs', 'cancelled'),
      children: [{ name: 'agent.execute', attributes: attempt(id, 'a', 'hang', 1, 'cancelled') }],
    });
  });
});

describe('the trace of a run that changes its replica', () => {
  it('is one tree: what each replica did, under one root from the last', async () => {
    const first = await replica({ holdTimersMs: 0 });
    const { id } = await first.start('pauses');
    await eventually(async () => {
      const { owner, wake_at } = await first.row(id);
      if (owner !== null || wake_at === null) throw new Error('it has not been given back yet');
    });
    const { traceId } = await idsOf(id);
    // Waiting costs nothing: no span is open, and no root is out.
    expect(spans.of(traceId).map(({ name }) => name)).toEqual(['agent.execute', 'agent.execute']);
    const second = await replica();
    await first.stop();
    expect(await endedTree(id, second)).toMatchObject({
      name: 'workflow.execute',
      attributes: root(id, 'pauses', 'succeeded'),
      children: [
        { attributes: { 'workflow.step': 'a', 'agent.status': 'succeeded' } },
        { attributes: { 'workflow.step': 'b', 'agent.attempt': 1, 'agent.status': 'failed' } },
        { name: 'timer.wait' },
        { attributes: { 'workflow.step': 'b', 'agent.attempt': 2, 'agent.status': 'succeeded' } },
      ],
    });
    expect(spans.of(traceId)).toHaveLength(5);
  });

  it('shows the attempt that went on where the run was lost, and its repetition', async () => {
    const engine = await replica();
    const { id } = await engine.start('lost');
    await eventually(() => {
      if (hung === 0) throw new Error('not begun');
    });
    engine.inside(Possessions).drop();
    const tree = await endedTree(id, engine);
    expect(tree.children).toEqual([
      {
        name: 'agent.execute',
        attributes: { ...attempt(id, 'a', 'once', 1, 'cancelled'), 'error.type': 'lost' },
      },
      { name: 'agent.execute', attributes: attempt(id, 'a', 'once', 1, 'succeeded') },
    ]);
  });
});
