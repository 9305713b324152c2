import { agentContract, fakeContext } from '@commandcenter/sdk/testing';
import plugin from './index.js';
import { WriteInput } from './line-schema.js';
import { LogAgent } from './log-agent.js';

const write = (input: object) => {
  const ctx = fakeContext();
  const output = new LogAgent().write(WriteInput.parse(input), ctx);
  return { output, logs: ctx.recorded.logs };
};

describe('log.write', () => {
  it.each(['debug', 'info', 'warn', 'error'] as const)('writes one line at %s and answers it', (level) => {
    const line = { message: 'Backup done', level, fields: { files: 7 } };
    expect(write(line)).toEqual({ output: line, logs: [line] });
  });

  it('says info where no level is given, and has no fields where there are none', () => {
    expect(write({ message: 'hi' })).toEqual({
      output: { message: 'hi', level: 'info', fields: {} },
      logs: [{ message: 'hi', level: 'info' }],
    });
  });

  it('takes any text and any JSON as they are: a line is data, never a format', () => {
    const message = '%s ${{ x }} \u001b[31m{"level":"error"}\n2nd line';
    const fields = { level: 'error', msg: null, nested: { a: [1] } };
    expect(write({ message, fields }).logs).toEqual([{ level: 'info', message, fields }]);
  });
});

const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`f${n}`, n]));

agentContract(plugin, {
  examples: {
    'log.write': {
      right: [
        { input: { message: 'hi' }, output: { message: 'hi', level: 'info', fields: {} } },
        { input: { message: 'a', level: 'warn', fields: { n: 1 } }, output: { message: 'a', level: 'warn', fields: { n: 1 } } }, // prettier-ignore
      ],
      wrong: [
        {},
        { message: '' },
        { message: 7 },
        { message: 'x'.repeat(16_001) },
        { message: 'a', level: 'fatal' },
        { message: 'a', level: 'constructor' },
        { message: 'a', fields: [] },
        { message: 'a', fields: many },
        { message: 'a', other: 1 },
      ],
    },
  },
});
