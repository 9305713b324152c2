import { classNameOf, titleOf } from './plugin-name.js';

export interface Wanted {
  readonly name: string;
  /** A folder of the hub's own repository: its compiler settings, its SDK, its jest. */
  readonly inRepository: boolean;
}

/** The texts of a new plugin that are code, by path. Small on purpose: one of each thing an author will need. */
export function pluginSources(wanted: Wanted): Record<string, string> {
  const { name, inRepository } = wanted;
  return {
    'src/index.ts': index(name),
    [`src/${name}-agent.ts`]: agent(name),
    [`src/${name}.${inRepository ? 'spec' : 'test'}.ts`]: test(wanted),
  };
}

const index = (name: string) => `import { definePlugin } from '@commandcenter/sdk';
import { ${classNameOf(name)}Agent, Options } from './${name}-agent.js';

export default definePlugin({
  name: '${name}',
  version: '0.1.0',
  hub: '^1.0.0',
  options: Options,
  agents: [${classNameOf(name)}Agent],
});
`;

const agent = (
  name: string,
) => `import { Action, type ActionContext, Agent, PluginOptions, TerminalError } from '@commandcenter/sdk';
import { z } from 'zod';

/** What commandcenter.yaml may say under the plugin's \`options:\`. */
export const Options = z.strictObject({ greeting: z.string().min(1).default('Hello') });
type Options = z.infer<typeof Options>;

/** What a step gives in \`with:\`, and what it finds in \`steps.<id>.output\`. */
const GreetInput = z.strictObject({ name: z.string().meta({ description: 'Who is greeted' }) });
const GreetOutput = z.strictObject({ text: z.string() });
type GreetInput = z.infer<typeof GreetInput>;
type GreetOutput = z.infer<typeof GreetOutput>;

@Agent({ id: '${name}', title: '${titleOf(name)}' })
export class ${classNameOf(name)}Agent {
  constructor(private readonly options: PluginOptions<Options>) {}

  @Action({ id: 'greet', title: 'Greet somebody', input: GreetInput, output: GreetOutput })
  async greet({ name }: GreetInput, ctx: ActionContext): Promise<GreetOutput> {
    // Trying again would not help. Any other error is tried again, as often as the step's \`retry\` says.
    if (name.trim() === '') throw new TerminalError('"name" is blank: there is nobody to greet');
    ctx.logger.info('greeting', { name });
    return { text: \`\${this.options.value.greeting}, \${name}!\` };
  }
}
`;

function test({ name, inRepository }: Wanted): string {
  const type = `${classNameOf(name)}Agent`;
  const imports = inRepository
    ? ''
    : `import assert from 'node:assert/strict';\nimport { describe, it } from 'node:test';\n`;
  const runner = inRepository ? '' : '\n  describe,\n  it,';
  const given = `  const ctx = fakeContext();\n  await new ${type}({ value: { greeting: 'Hi' } }).greet({ name: 'Ada' }, ctx);\n`;
  const expected = `[{ level: 'info', message: 'greeting', fields: { name: 'Ada' } }]`;
  const own = inRepository
    ? `it('tells the log of the step', async () => {\n${given}  expect(ctx.recorded.logs).toEqual(${expected});\n});\n`
    : `void it('tells the log of the step', async () => {\n${given}  assert.deepEqual(ctx.recorded.logs, ${expected});\n});\n`;
  return `import { agentContract, fakeContext } from '@commandcenter/sdk/testing';
${imports}import plugin from './index.js';
import { ${type} } from './${name}-agent.js';

// The promises the hub builds on: give every action an example that works, one that fails, and inputs it must refuse.
agentContract(plugin, {${runner}
  options: { greeting: 'Hi' },
  examples: {
    '${name}.greet': {
      right: [
        { input: { name: 'Ada' }, output: { text: 'Hi, Ada!' } },
        { input: { name: ' ' }, fails: 'terminal' },
      ],
      wrong: [{}, { name: 1 }, { name: 'Ada', other: true }],
    },
  },
});

${own}`;
}
