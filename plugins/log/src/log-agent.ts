import { Action, type ActionContext, Agent } from '@commandcenter/sdk';
import { WriteInput, WriteOutput } from './line-schema.js';

@Agent({ id: 'log', title: 'Log', description: 'Writes into the log of the run.' })
export class LogAgent {
  @Action({ id: 'write', title: 'Write a line', input: WriteInput, output: WriteOutput })
  write({ message, level, fields }: WriteInput, { logger }: ActionContext): WriteOutput {
    logger[level](message, Object.keys(fields).length === 0 ? undefined : fields);
    return { message, level, fields };
  }
}
