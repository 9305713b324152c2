import {
  Action,
  actionsOf,
  Agent,
  agentInfo,
  definePlugin,
  failureKind,
  isPlugin,
  PluginOptions,
  portTokens,
} from './index.js';
import { CancelledError, RetryableError, TerminalError, type InputOf, type OutputOf, type Schema } from './index.js';
import { z } from 'zod';

const Text = z.string();
const WithDefault = z.object({ n: z.number().default(1) });

@Agent({ id: 'base', title: 'Base' })
class Base {
  @Action({ id: 'say', title: 'Say', input: Text, output: Text })
  say(text: string) {
    return text;
  }
  @Action({ id: 'shout', title: 'Shout', input: Text, output: Text })
  async shout(text: string) {
    return text.toUpperCase();
  }
}

@Agent({ id: 'derived', title: 'Derived' })
class Derived extends Base {
  @Action({ id: 'say-twice', title: 'Say twice', input: Text, output: Text })
  override say(text: string) {
    return text + text;
  }
}
class Unmarked extends Base {}

describe('@Agent and @Action', () => {
  it('put what they were told on the class', () => {
    expect(agentInfo(Base)).toEqual({ id: 'base', title: 'Base' });
    expect(actionsOf(Base)).toEqual([
      { id: 'say', title: 'Say', input: Text, output: Text, method: 'say' },
      { id: 'shout', title: 'Shout', input: Text, output: Text, method: 'shout' },
    ]);
  });

  it('let a class inherit actions, replace them, and leave its parent alone', () => {
    expect(actionsOf(Derived).map(({ id, method }) => [id, method])).toEqual([
      ['shout', 'shout'],
      ['say-twice', 'say'],
    ]);
    expect(actionsOf(Base)).toHaveLength(2);
  });

  it('do not make an agent of what merely extends one', () => {
    expect(agentInfo(Unmarked)).toBeUndefined();
    expect(agentInfo({})).toBeUndefined();
    expect(agentInfo(undefined)).toBeUndefined();
  });

  it('are found under global symbols, whichever copy of this package reads them', () => {
    expect(Reflect.get(Base, Symbol.for('commandcenter.agent'))).toEqual({ id: 'base', title: 'Base' });
    expect(Reflect.get(Base.prototype, Symbol.for('commandcenter.actions'))).toHaveLength(2);
  });

  it('hold the method to its schemas', () => {
    class Typed {
      // @ts-expect-error -- the output schema wants a number
      @Action({ id: 'a', title: 'A', input: Text, output: z.number() })
      wrongOutput(text: string) {
        return text;
      }
      // @ts-expect-error -- the input schema gives a text
      @Action({ id: 'b', title: 'B', input: Text, output: Text })
      wrongInput(count: number) {
        return String(count);
      }
    }
    const given: InputOf<typeof WithDefault> = {};
    const checked: OutputOf<typeof WithDefault> = { n: 1 };
    const schema: Schema = WithDefault;
    expect([actionsOf(Typed).length, given, checked, schema]).toEqual([2, {}, { n: 1 }, WithDefault]);
  });
});

describe('definePlugin', () => {
  const plugin = definePlugin({ name: 'p', version: '1.0.0', hub: '*', agents: [Base] });

  it('seals the manifest with the tokens of its copy of this package', () => {
    expect(Object.isFrozen(plugin)).toBe(true);
    expect(portTokens(plugin).PluginOptions).toBe(PluginOptions);
  });

  it('is told by its brand', () => {
    expect(isPlugin(plugin)).toBe(true);
    expect(isPlugin({ [Symbol.for('commandcenter.plugin')]: {} })).toBe(true);
    expect(isPlugin({ name: 'p' })).toBe(false);
    expect(isPlugin(null)).toBe(false);
  });
});

describe('failures', () => {
  it('are told by their brand and keep their cause', () => {
    const cause = new Error('why');
    const retryable = new RetryableError('m', { retryAfter: 3, cause });
    expect([failureKind(retryable), retryable.retryAfter, retryable.cause]).toEqual(['retryable', 3, cause]);
    expect([failureKind(new TerminalError('m', { cause })), failureKind(new CancelledError())]).toEqual([
      'terminal',
      'cancelled',
    ]);
    expect(failureKind({ [Symbol.for('commandcenter.failure')]: 'terminal' })).toBe('terminal');
    for (const other of [new Error('m'), undefined, 'm', { [Symbol.for('commandcenter.failure')]: 'odd' }]) {
      expect(failureKind(other)).toBeUndefined();
    }
  });
});
