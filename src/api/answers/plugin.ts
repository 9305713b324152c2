import { z } from 'zod';

const schema = z.record(z.string(), z.unknown()).describe('JSON Schema 2020-12');

const action = z
  .strictObject({
    id: z.string(),
    uses: z
      .string()
      .describe('What a step writes')
      .meta({ examples: ['http.request'] }),
    title: z.string(),
    description: z.string().optional(),
    inputSchema: schema,
    outputSchema: schema,
  })
  .meta({ id: 'Action' });

export const agent = z
  .strictObject({
    id: z.string().meta({ examples: ['http'] }),
    plugin: z.string(),
    title: z.string(),
    description: z.string().optional(),
    actions: z.array(action),
  })
  .meta({ id: 'Agent' });

const route = z.strictObject({
  method: z.string(),
  path: z.string().meta({ examples: ['/plugins/notifier/alertmanager'] }),
  access: z
    .enum(['viewer', 'operator', 'approver', 'admin', 'public'])
    .describe('Least role; public = the route verifies its callers itself'),
});

export const plugin = z
  .discriminatedUnion('status', [
    z.strictObject({
      status: z.literal('loaded'),
      use: z.string(),
      name: z.string(),
      version: z.string(),
      agents: z.array(z.string()),
      routes: z.array(route).describe('What it serves below /plugins/<name>'),
      workflows: z.array(z.string()).describe('Ids of the workflows it brings'),
    }),
    z.strictObject({ status: z.literal('skipped'), use: z.string(), code: z.string(), reason: z.string() }),
    z.strictObject({
      status: z.literal('failed').describe('Loaded, and left out because it broke while it was started'),
      use: z.string(),
      name: z.string(),
      version: z.string(),
      code: z.string(),
      reason: z.string(),
    }),
  ])
  .meta({
    id: 'Plugin',
    examples: [
      { status: 'loaded', use: 'http', name: 'http', version: '1.0.0', agents: ['http'], routes: [], workflows: [] },
    ],
  });
