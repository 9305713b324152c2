import { Action, type ActionContext, Agent, definePlugin, TerminalError } from '@commandcenter/sdk';
import { z } from 'zod';
import { agentCall } from '../../test/support/agent-call.js';
import { Secrets } from '../identity/index.js';
import { AgentRegistry } from './agent-registry.js';
import { GrantedSecrets } from './granted-secrets.js';
import { loadAgents } from './load-agents.js';

const anything = { input: z.unknown(), output: z.unknown() };
const Order = z.strictObject({ item: z.string(), count: z.number().default(1) });

@Agent({ id: 'shop', title: 'Shop' })
class ShopAgent {
  seen: ActionContext | undefined;

  @Action({ id: 'order', title: 'Order', input: Order, output: Order })
  order(order: z.infer<typeof Order>) {
    return order;
  }
  @Action({
    id: 'later',
    title: 'Later',
    input: Order.refine(async ({ count }) => count < 9),
    output: z.unknown().refine(async () => true),
  })
  async later({ item }: z.infer<typeof Order>) {
    return item;
  }
  @Action({ id: 'wrong', title: 'Wrong output', input: z.unknown(), output: z.object({ total: z.number() }) })
  wrong() {
    return { total: 'ten' } as unknown as { total: number };
  }
  @Action({ id: 'nothing', title: 'Nothing', ...anything })
  nothing() {
    return undefined;
  }
  @Action({ id: 'context', title: 'Context', ...anything })
  context(_: unknown, ctx: ActionContext) {
    this.seen = ctx;
    ctx.emit({ type: 'a', data: 1 });
    ctx.emit({ type: 'b' });
    ctx.logger.warn('careful', { n: 1 });
    ctx.progress(1.5, 'all');
    ctx.cost(0.25, 'tokens');
    ctx.heartbeat();
    return [ctx.secret('GRANTED'), ctx.evaluate('a + b', { a: 1, b: 2 }), ctx.options];
  }
  @Action({ id: 'misuse', title: 'Misuse', ...anything })
  misuse(how: unknown, ctx: ActionContext) {
    if (how === 'secret') ctx.secret('OTHER');
    if (how === 'cost') ctx.cost(Number.NaN, 'tokens');
    if (how === 'emit') ctx.emit({ type: '' });
    if (how === 'evaluate') ctx.evaluate('a +', { a: 1 });
  }
  @Action({ id: 'throw', title: 'Throw', ...anything })
  throw() {
    throw new TerminalError('no');
  }
  @Action({ id: 'wait', title: 'Wait', ...anything })
  wait(_: unknown, { signal }: ActionContext) {
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }
}

const [agent] = loadAgents(definePlugin({ name: 'shop', version: '1.0.0', hub: '*', agents: [ShopAgent] }));
const secrets = new Secrets({ secrets: ['GRANTED', 'OTHER'] }, (name) => `value of ${name}`);
const scope = { options: { o: 1 }, secrets: new GrantedSecrets('shop', new Set(['GRANTED']), secrets) };

function registryWith(instance = new ShopAgent()): AgentRegistry {
  const registry = new AgentRegistry();
  registry.register(agent!, instance, scope);
  return registry;
}
const invoke = (uses: string, input?: unknown) => registryWith().invoke(agentCall(uses, input));

describe('the registry', () => {
  it('gets and lists what was registered', () => {
    const registry = registryWith();
    expect(registry.get('shop')?.title).toBe('Shop');
    expect(registry.get('none')).toBeUndefined();
    expect(registry.list().map(({ id }) => id)).toEqual(['shop']);
  });

  it('takes an id once', () => {
    const registry = registryWith();
    expect(() => registry.register(agent!, new ShopAgent(), scope)).toThrow(
      expect.objectContaining({ code: 'CC_PLUGIN_AGENT_CLASH' }),
    );
  });

  it.each(['none.order', 'shop.none'])('does not know %s', async (uses) => {
    await expect(invoke(uses)).rejects.toMatchObject({
      code: 'CC_AGENT_UNKNOWN',
      message: expect.stringContaining(uses),
    });
  });
});

describe('invoke', () => {
  it('validates the input, defaults filled in', async () => {
    await expect(invoke('shop.order', { item: 'tea' })).resolves.toEqual({
      output: { item: 'tea', count: 1 },
      emitted: [],
    });
    await expect(invoke('shop.order', { item: 7, cuont: 2 })).rejects.toMatchObject({
      code: 'CC_STEP_INPUT_INVALID',
      problems: [{ path: 'with.item' }, { path: 'with' }],
    });
  });

  it('waits for schemas and actions that take their time', async () => {
    await expect(invoke('shop.later', { item: 'tea' })).resolves.toMatchObject({ output: 'tea' });
    await expect(invoke('shop.later', { item: 'tea', count: 9 })).rejects.toMatchObject({
      code: 'CC_STEP_INPUT_INVALID',
    });
  });

  it('validates the output', async () => {
    await expect(invoke('shop.wrong')).rejects.toMatchObject({
      code: 'CC_STEP_OUTPUT_INVALID',
      problems: [{ path: 'output.total' }],
    });
  });

  it('answers null for nothing', async () => {
    await expect(invoke('shop.nothing')).resolves.toEqual({ output: null, emitted: [] });
  });

  it('gives the action its context, and the engine what was said to it', async () => {
    const shop = new ShopAgent();
    const heard: unknown[] = [];
    const note =
      (name: string) =>
      (...said: unknown[]) =>
        void heard.push([name, ...said]);
    const call = agentCall('shop.context', null, {
      attempt: 3,
      traceparent: '00-a-b-01',
      log: note('log'),
      progress: note('progress'),
      cost: note('cost'),
      heartbeat: note('heartbeat'),
    });
    const result = await registryWith(shop).invoke(call);
    expect(result).toEqual({
      output: ['value of GRANTED', 3, { o: 1 }],
      emitted: [{ type: 'a', data: 1 }, { type: 'b' }],
    });
    expect(heard).toEqual([
      ['log', 'warn', 'careful', { n: 1 }],
      ['progress', 1, 'all'],
      ['cost', 0.25, 'tokens'],
      ['heartbeat'],
    ]);
    const { run, step, attempt, idempotencyKey, signal, traceparent } = shop.seen!;
    expect({ run, step, attempt, idempotencyKey, traceparent }).toEqual({
      run: call.run,
      step: 'step',
      attempt: 3,
      idempotencyKey: 'run/step',
      traceparent: '00-a-b-01',
    });
    expect(signal).toBe(call.signal);
  });

  it.each([
    ['secret', 'CC_PLUGIN_SECRET_NOT_GRANTED'],
    ['cost', 'CC_STEP_OUTPUT_INVALID'],
    ['emit', 'CC_EVENT_INVALID'],
    ['evaluate', 'CC_EXPRESSION_INVALID'],
  ])('refuses misuse of ctx.%s', async (how, code) => {
    await expect(invoke('shop.misuse', how)).rejects.toMatchObject({ code });
  });

  it('throws what the action threw', async () => {
    await expect(invoke('shop.throw')).rejects.toBeInstanceOf(TerminalError);
  });

  it('takes what an aborted wait throws for a cancellation', async () => {
    const controller = new AbortController();
    const pending = registryWith().invoke(agentCall('shop.wait', null, { signal: controller.signal }));
    controller.abort();
    await expect(pending).rejects.toMatchObject({ name: 'CancelledError', cause: { name: 'AbortError' } });
  });

  it('asks for no signal when the action does not: making one costs more than a small step', async () => {
    const call = agentCall('shop.order', { item: 'tea' });
    Object.defineProperty(call, 'signal', {
      get: () => {
        throw new Error('asked for');
      },
    });
    await expect(registryWith().invoke(call)).resolves.toMatchObject({ output: { item: 'tea' } });
  });
});
