import { TerminalError } from '@commandcenter/sdk';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import { entities } from '../src/app.module.js';
import type { Database } from '../src/database/index.js';
import { Events } from '../src/events/index.js';
import { CommandPort, CommandPorts } from '../src/runs/outside/command-port.js';
import { EventWaits } from '../src/runs/outside/event-waits.js';
import { Signals } from '../src/runs/signals.js';
import { testDatabase } from './support/database.js';
import { type Engine, eventually, startEngine } from './support/engine.js';
import { SpanRecorder, type SpanTree } from './support/traces/span-recorder.js';

const spans = new SpanRecorder();
const actions = {
  do: (input: unknown) => input,
  odd: ({ n }: { n: number }) => {
    if (n % 2 === 1) throw new TerminalError(`${n} is odd`);
    return n;
  },
};
const workflows = {
  nap: { steps: { nap: { sleep: '60ms' }, a: { needs: ['nap'] } } },
  order: { steps: { paid: { waitFor: { event: 'order.paid' } } } },
  impatient: { steps: { paid: { waitFor: { event: 'never', timeout: '50ms' } } } },
  ask: { steps: { ok: { approval: { message: 'Go?', timeout: '1h' } }, go: { needs: ['ok'] } } },
  hurry: { steps: { ok: { approval: { message: 'Go?', timeout: '50ms' } } } },
  fan: {
    steps: {
      each: {
        forEach: '${{ [0, 2, 3, 4] }}',
        onItemFailure: 'continue' as const,
        uses: 'test.odd',
        with: { n: '${{ item }}' },
      },
    },
  },
  parent: { steps: { before: {}, sub: { needs: ['before'], workflow: 'middle' } } },
  middle: { steps: { inner: { workflow: 'child' } } },
  child: { steps: { work: {} } },
  fork: { steps: { sub: { workflow: 'child', wait: false } } },
};

/** Approvals are asked for, and nobody decides but the test. */
class Desk extends CommandPort {
  readonly asked = new Map<string, string>();
  override async requestApproval({ run, traceparent }: { run: string; traceparent: string }): Promise<void> {
    this.asked.set(run, traceparent);
  }
  override async closeApproval(): Promise<boolean> {
    return true;
  }
}

let database: Database;
let engine: Engine;
const desk = new Desk();

beforeAll(async () => {
  await spans.start();
  database = await testDatabase({ entities });
  engine = await startEngine({ database, plugin: actions, workflows });
  engine.inside(CommandPorts).use(desk);
});
afterAll(async () => {
  await engine.stop();
  await database.close();
  await spans.stop();
});

interface Ids {
  readonly traceId: string;
  readonly spanId: string;
}

async function idsOf(run: string): Promise<Ids> {
  const { rows } = await database.pool.query<Ids>(
    'SELECT trace_id AS "traceId", span_id AS "spanId" FROM run WHERE id = $1',
    [run],
  );
  return rows[0]!;
}

async function childOf(run: string): Promise<string> {
  const started = (await engine.events(run)).find((event) => event.type === 'ChildStarted');
  return (started as { child: string }).child;
}

async function endedTree(run: string): Promise<SpanTree> {
  await engine.ended(run);
  const { traceId } = await idsOf(run);
  return eventually(() => {
    const tree = spans.tree(traceId);
    if (tree.name !== 'workflow.execute') throw new Error('the root is not there yet');
    return tree;
  });
}

const asked = (run: string) => eventually(() => expect(desk.asked.has(run)).toBe(true));
const decide = (run: string, decision: 'approve' | 'reject') =>
  engine.inside(Signals).send(run, { type: 'ApprovalDecided', at: 0, step: 'ok', decision, by: 'ada' });

const ms = expect.any(Number) as number;
const root = (run: string, workflow: string, status: string, trigger = 'manual') => ({
  'workflow.id': workflow,
  'workflow.name': workflow,
  'workflow.version': expect.stringMatching(/^[0-9a-f]+$/) as string,
  'workflow.trigger': trigger,
  'workflow.run.id': run,
  'workflow.status': status,
  'workflow.duration.ms': ms,
});
const attempt = (run: string, step: string, action: string, status = 'succeeded') => ({
  'agent.id': 'test',
  'agent.name': 'Test',
  'agent.action': action,
  'agent.attempt': 1,
  'agent.status': status,
  'agent.duration.ms': ms,
  'workflow.run.id': run,
  'workflow.step': step,
});
const agent = (run: string, step: string, action = 'do') => ({ name: 'agent.execute', attributes: attempt(run, step, action) }); // prettier-ignore
const timer = (run: string, step: string, kind: string) => ({
  name: 'timer.wait',
  attributes: { 'workflow.run.id': run, 'workflow.step': step, 'timer.kind': kind },
});
const approval = (run: string, decision: string) => ({
  name: 'approval.wait',
  attributes: { 'workflow.run.id': run, 'workflow.step': 'ok', 'approval.decision': decision },
});
const failed = (code: string, message: unknown = expect.any(String)) => ({
  error: message,
  exceptions: [{ 'exception.type': code, 'exception.message': message }],
});

describe('the trace of a run that waits', () => {
  it('for a time shows how long', async () => {
    const { id } = await engine.start('nap');
    expect(await endedTree(id)).toEqual({
      name: 'workflow.execute',
      attributes: root(id, 'nap', 'succeeded'),
      children: [timer(id, 'nap', 'sleep'), agent(id, 'a')],
    });
    const [, wait, work] = spans.of((await idsOf(id)).traceId);
    expect(hrTimeToMilliseconds(wait!.duration)).toBeGreaterThanOrEqual(60);
    expect(hrTimeToMilliseconds(work!.startTime)).toBeGreaterThanOrEqual(hrTimeToMilliseconds(wait!.endTime));
  });

  it('for an event ends with it', async () => {
    const { id } = await engine.start('order');
    await eventually(async () => {
      const { rowCount } = await database.pool.query('SELECT FROM event_wait WHERE run_id = $1', [id]);
      expect(rowCount).toBe(1);
    });
    const waits = engine.inside(EventWaits);
    const event = { id: 'e1', source: '/shop', type: 'order.paid', data: {} };
    await database.transaction((tx) => engine.inside(Events).publish(tx, [event]));
    const stored = { seq: '0', ...event, traceparent: undefined, event: { specversion: '1.0', ...event } };
    await waits.wake(await database.transaction((tx) => waits.match(tx, [stored])));
    expect(await endedTree(id)).toEqual({
      name: 'workflow.execute',
      attributes: root(id, 'order', 'succeeded'),
      children: [timer(id, 'paid', 'event')],
    });
  });

  it('for an event that does not come ends with its time', async () => {
    const { id } = await engine.start('impatient');
    expect(await endedTree(id)).toEqual({
      name: 'workflow.execute',
      attributes: { ...root(id, 'impatient', 'failed'), 'error.type': 'timeout' },
      ...failed('CC_WAIT_TIMEOUT'),
      children: [timer(id, 'paid', 'event')],
    });
  });

  it('for a decision says which, and the approval knows the trace', async () => {
    const { id } = await engine.start('ask');
    await asked(id);
    const { traceId, spanId } = await idsOf(id);
    expect(desk.asked.get(id)).toBe(`00-${traceId}-${spanId}-01`);
    await decide(id, 'approve');
    expect(await endedTree(id)).toEqual({
      name: 'workflow.execute',
      attributes: root(id, 'ask', 'succeeded'),
      children: [approval(id, 'approved'), agent(id, 'go')],
    });
    const events = await engine.events(id);
    const at = (type: string) => events.find((event) => event.type === type)!.at;
    const [, wait] = spans.of(traceId);
    expect(hrTimeToMilliseconds(wait!.startTime)).toBe(at('ApprovalRequested'));
    expect(hrTimeToMilliseconds(wait!.endTime)).toBe(at('ApprovalDecided'));
  });

  it.each<[string, string, string, (id: string) => Promise<unknown>, object]>([
    ['ask', 'rejected', 'failed', (id) => decide(id, 'reject'), failed('CC_APPROVAL_REJECTED')],
    ['hurry', 'expired', 'failed', async () => undefined, failed('CC_APPROVAL_EXPIRED')],
    ['ask', 'cancelled', 'cancelled', (id) => engine.cancel(id), {}],
  ])('%s: a decision that is none, %s', async (workflow, decision, status, act, more) => {
    const { id } = await engine.start(workflow);
    await asked(id);
    await act(id);
    const type = { rejected: 'terminal', expired: 'timeout' }[decision];
    expect(await endedTree(id)).toEqual({
      name: 'workflow.execute',
      attributes: { ...root(id, workflow, status), ...(type && { 'error.type': type }) },
      ...more,
      children: [approval(id, decision)],
    });
  });
});

describe('the trace of a list', () => {
  it('has a span for every item, which says which', async () => {
    const { id } = await engine.start('fan');
    const tree = await endedTree(id);
    expect(tree.attributes).toEqual({ ...root(id, 'fan', 'failed'), 'error.type': 'terminal' });
    const odd = {
      name: 'agent.execute',
      attributes: { ...attempt(id, 'each[2]', 'odd', 'failed'), 'error.type': 'terminal' },
      error: '3 is odd',
      exceptions: [{ 'exception.type': expect.stringMatching(/^CC_/) as string, 'exception.message': '3 is odd' }],
    };
    const items = [agent(id, 'each[0]', 'odd'), agent(id, 'each[1]', 'odd'), odd, agent(id, 'each[3]', 'odd')];
    const step = ({ attributes }: SpanTree) => String(attributes['workflow.step']);
    expect(tree.children!.toSorted((a, b) => step(a).localeCompare(step(b)))).toEqual(items);
  });
});

describe('the trace of a run within a run', () => {
  it('is one tree, however deep, when the step waits for it', async () => {
    const { id } = await engine.start('parent');
    const tree = await endedTree(id);
    const middle = await childOf(id);
    const child = await childOf(middle);
    expect(tree).toEqual({
      name: 'workflow.execute',
      attributes: root(id, 'parent', 'succeeded'),
      children: [
        agent(id, 'before'),
        {
          name: 'workflow.execute',
          attributes: root(middle, 'middle', 'succeeded', 'workflow'),
          children: [
            {
              name: 'workflow.execute',
              attributes: root(child, 'child', 'succeeded', 'workflow'),
              children: [agent(child, 'work')],
            },
          ],
        },
      ],
    });
  });

  it('is another one, which links to this, when the step does not', async () => {
    const { id } = await engine.start('fork');
    expect(await endedTree(id)).toEqual({ name: 'workflow.execute', attributes: root(id, 'fork', 'succeeded') });
    const child = await childOf(id);
    const { traceId, spanId } = await idsOf(id);
    expect(await endedTree(child)).toEqual({
      name: 'workflow.execute',
      attributes: root(child, 'child', 'succeeded', 'workflow'),
      links: [`${traceId}-${spanId}`],
      children: [agent(child, 'work')],
    });
    expect((await idsOf(child)).traceId).not.toBe(traceId);
  });
});
