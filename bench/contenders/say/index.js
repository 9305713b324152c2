// The transform plugin's trivial step, and a line in the log: for the tax of logs. A plugin as third parties write it.
import { Action, Agent, definePlugin } from '@commandcenter/sdk';
import { z } from 'zod';

class Say {
  value({ value }, ctx) {
    ctx.logger.info('a line of a step', { n: value.step });
    return value;
  }
}
Action({ id: 'value', title: 'Say', input: z.object({ value: z.unknown() }), output: z.unknown() })(
  Say.prototype,
  'value',
  {},
);
Agent({ id: 'say', title: 'Say' })(Say);

export default definePlugin({ name: 'say', version: '1.0.0', hub: '*', agents: [Say] });
