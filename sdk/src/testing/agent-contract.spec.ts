import { z } from 'zod';
import {
  Action,
  type ActionContext,
  Agent,
  definePlugin,
  type Plugin,
  PluginOptions,
  TerminalError,
} from '../index.js';
import { agentContract, type ContractOptions } from './agent-contract.js';
import { fakeContext } from './fake-context.js';

const anything = { input: z.unknown(), output: z.unknown() };
const define = (agent: Plugin['agents'][number]) =>
  definePlugin({ name: 'p', version: '1.0.0', hub: '*', agents: [agent] });

/** Runs the suite with a runner of our own and answers the names of the checks that failed. */
async function failedChecks(plugin: Plugin, options: ContractOptions): Promise<string[]> {
  return (await failures(plugin, options)).map(([name]) => name);
}

async function failures(plugin: Plugin, options: ContractOptions): Promise<[name: string, message: string][]> {
  const checks: [string, () => Promise<void>][] = [];
  agentContract(plugin, {
    abortWithin: 50,
    ...options,
    describe: (_, body) => body(),
    it: (name, body) => checks.push([name, body]),
  });
  const failed: [string, string][] = [];
  for (const [name, body] of checks) await body().catch((error: Error) => failed.push([name, error.message]));
  return failed;
}

@Agent({ id: 'good', title: 'Good' })
class GoodAgent {
  constructor(private readonly options: PluginOptions<{ suffix: string }>) {}
  @Action({ id: 'say', title: 'Say', input: z.strictObject({ text: z.string() }), output: z.string() })
  async say({ text }: { text: string }, ctx: ActionContext<{ suffix: string }>) {
    if (text === '') throw new TerminalError('nothing to say');
    return `${text}${this.options.value.suffix}${ctx.options.suffix}${ctx.secret('S')}`;
  }
}
const good = definePlugin({
  name: 'good',
  version: '1.0.0',
  hub: '*',
  options: z.object({ suffix: z.string().default('!') }),
  agents: [GoodAgent],
});
const secrets = { S: 's' };

describe('the contract', () => {
  it('is kept by a plugin that keeps it', async () => {
    const right = [
      { input: { text: 'a' }, output: 'a!!s' },
      { input: { text: '' }, fails: 'terminal' as const },
    ];
    const examples = { 'good.say': { right, wrong: [{ text: 1 }] } };
    await expect(failedChecks(good, { examples, secrets })).resolves.toEqual([]);
  });

  it.each([
    ['no example', {}, ['has an example']],
    [
      'another output',
      { 'good.say': { right: [{ input: { text: 'a' }, output: 'b' }] } },
      ['answers its examples with JSON that matches its schema'],
    ],
    [
      'a success that should fail',
      { 'good.say': { right: [{ input: { text: 'a' }, fails: 'terminal' }] } },
      ['answers its examples with JSON that matches its schema'],
    ],
    [
      'another failure',
      { 'good.say': { right: [{ input: { text: '' }, fails: 'retryable' }] } },
      ['answers its examples with JSON that matches its schema'],
    ],
    [
      'an accepted wrong input',
      { 'good.say': { right: [{ input: { text: 'a' } }], wrong: [{ text: 'a' }] } },
      ['refuses wrong input'],
    ],
  ] as [string, ContractOptions['examples'], string[]][])('fails with %s', async (_, examples, failed) => {
    await expect(failedChecks(good, { examples, secrets })).resolves.toEqual(failed);
  });

  it('finds an agent without marks, and one that cannot be made', async () => {
    class Bare {}
    @Agent({ id: 'needy', title: 'Needy' })
    class Needy {
      constructor(readonly inside: Bare) {}
      @Action({ id: 'do', title: 'Do', ...anything })
      do() {
        return 1;
      }
    }
    await expect(failedChecks(define(Bare), { examples: {} })).resolves.toEqual([
      'Bare has @Agent with id and title',
      'Bare has actions',
    ]);
    const failed = await failedChecks(define(Needy), { examples: { 'needy.do': { right: [{ input: 1 }] } } });
    expect(failed).toContain('can be made twice in one process');
  });

  it('finds outputs that are not JSON, schemas that cannot be written down, and deafness to the signal', async () => {
    @Agent({ id: 'bad', title: 'Bad' })
    class Bad {
      @Action({ id: 'date', title: 'Not JSON', ...anything })
      date() {
        return { at: new Date(0) };
      }
      @Action({ id: 'schema', title: 'No JSON Schema', input: z.unknown(), output: z.date() })
      schema() {
        return new Date(0);
      }
      @Action({ id: 'deaf', title: '', ...anything })
      deaf() {
        return new Promise((resolve) => setTimeout(resolve, 150, 1));
      }
    }
    const right = [{ input: 1 }];
    const examples = { 'bad.date': { right }, 'bad.schema': { right }, 'bad.deaf': { right } };
    await expect(failedChecks(define(Bad), { examples })).resolves.toEqual([
      'answers its examples with JSON that matches its schema',
      'describes input and output as JSON Schema',
      'answers its examples with JSON that matches its schema',
      'has a title',
      'stops when its signal is aborted',
    ]);
  });
});

describe('what an author is told', () => {
  @Agent({ id: 'bad', title: 'Bad' })
  class Bad {
    @Action({ id: 'do', title: 'Do', input: z.object({ n: z.number() }), output: z.object({ n: z.number() }) })
    do({ n }: { n: number }) {
      if (n === 1) throw new Error('no one');
      return { n: (n === 2 ? 'two' : n) as number };
    }
    @Action({ id: 'date', title: 'Date', input: z.unknown(), output: z.date() })
    date() {
      return new Date(0);
    }
  }
  const told = async (right: unknown[], wrong: unknown[] = []) => {
    const examples = { 'bad.do': { right: right as never, wrong }, 'bad.date': { right: [{ input: 1 }] } };
    return (await failures(define(Bad), { examples })).map(([, message]) => message);
  };

  it.each<[unknown[], unknown[], string]>([
    [[], [], "bad.do: give examples: { 'bad.do': { right: [{ input }] } }"],
    [[{ input: { n: 3 } }], [{ n: 3, m: 1 }], 'bad.do: the input schema accepts {"n":3,"m":1}; is it strict enough?'],
    [
      [{ input: { n: 'x' } }],
      [],
      'the input of an example is refused: n: Invalid input: expected number, received string',
    ],
    [[{ input: { n: 1 } }], [], 'bad.do, example {"n":1} threw Error: no one'],
    [
      [{ input: { n: 1 }, fails: 'terminal' }],
      [],
      'bad.do, example {"n":1} must fail as terminal, and threw Error: no one (an error of no kind: throw one of the SDK)',
    ],
    [[{ name: 'three', input: { n: 3 }, fails: 'terminal' }], [], 'bad.do, example three must fail, and answered'],
    [
      [{ input: { n: 2 } }],
      [],
      'bad.do, example {"n":2}: the output does not match its schema: n: Invalid input: expected number, received string',
    ],
  ])('of %j and %j', async (right, wrong, message) => {
    expect(await told(right, wrong)).toContain(message);
  });

  it('which schema cannot be written down, and what is not marked', async () => {
    expect((await told([{ input: { n: 3 } }]))[0]).toMatch(
      /^bad.date: the output schema cannot be written as JSON Schema \(/,
    );
    class Bare {}
    expect(await failures(define(Bare), { examples: {} })).toEqual([
      ['Bare has @Agent with id and title', 'mark Bare itself with @Agent({ id, title })'],
      ['Bare has actions', 'mark a method of Bare with @Action({ id, title, input, output })'],
    ]);
  });
});

describe('fakeContext', () => {
  it('records what the action says', () => {
    const ctx = fakeContext({ attempt: 2, secrets: { TOKEN: 't' } });
    ctx.logger.info('hello', { n: 1 });
    ctx.emit({ type: 'e' });
    ctx.cost(1, 'tokens');
    ctx.progress(0.5);
    ctx.heartbeat();
    expect(ctx.recorded).toEqual({
      logs: [{ level: 'info', message: 'hello', fields: { n: 1 } }],
      emitted: [{ type: 'e' }],
      costs: [{ usd: 1, kind: 'tokens' }],
      progress: [{ fraction: 0.5 }],
      heartbeats: 1,
    });
    expect([ctx.attempt, ctx.secret('TOKEN')]).toEqual([2, 't']);
    expect(() => ctx.secret('OTHER')).toThrow('Secret OTHER is not granted');
    expect(() => ctx.evaluate('a', {})).toThrow('give it an evaluate function');
  });
});
