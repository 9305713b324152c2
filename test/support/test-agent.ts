import { Action, type ActionContext, Agent, definePlugin, type Plugin } from '@commandcenter/sdk';
import { z } from 'zod';

export type Actions = Readonly<Record<string, (input: any, context: ActionContext) => unknown>>;

/** A plugin with one agent whose actions are these functions: `uses: test.<name>`. */
export function testPlugin(actions: Actions, agent = 'test'): Plugin {
  class TestAgent {}
  for (const [id, action] of Object.entries(actions)) {
    Object.defineProperty(TestAgent.prototype, id, { value: action });
    Action({ id, title: id, input: z.unknown(), output: z.unknown() })(TestAgent.prototype, id, {});
  }
  Agent({ id: agent, title: 'Test' })(TestAgent);
  return definePlugin({ name: agent, version: '1.0.0', hub: '*', agents: [TestAgent] });
}
