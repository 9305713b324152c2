import { z } from 'zod';
import { parseDuration } from './duration.js';
import { webAddress } from './environment-schema.js';
import { network } from './network.js';

/** The shape of commandcenter.yaml. What is not here is refused, so a typing mistake cannot pass as a setting. */

const count = (fallback: number, description: string) => z.int().min(1).default(fallback).describe(description);

const duration = (fallback: string, description: string) =>
  z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined) return ms;
      context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write 500ms, 30s, 5m, 2h or 7d` });
      return z.NEVER;
    })
    .describe(description);

const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'a secret is named like an environment variable: A-Z, 0-9 and _');

const plugin = z.strictObject({
  use: z.string().min(1).describe('http means @commandcenter/plugin-http; also an npm name or a path'),
  options: z.record(z.string(), z.unknown()).default({}),
  secrets: z.array(secretName).default([]).describe('Secrets this plugin may read'),
  onError: z.enum(['fail', 'skip']).default('fail').describe('What a plugin that does not load does to the start'),
});

const engine = z.strictObject({
  maxRuns: count(1000, 'Runs in memory per replica'),
  maxPendingStarts: count(10_000, 'Accepted starts that wait for their flush'),
  concurrency: count(25, 'Jobs at once per replica; each asks for one every `poll`'),
  maxOutputBytes: count(262_144, 'Largest output of a step'),
  maxEvents: count(10_000, 'Events per run'),
  maxRunBytes: count(67_108_864, 'Bytes of the log of a run: inputs and outputs'),
  maxForEachItems: count(1000, 'Items of one forEach'),
  maxLogBytes: count(1_048_576, 'Step logs per run'),
  convictAfter: count(3, 'Crashes alone in flight that convict a step'),
  grace: duration('20s', 'How long steps may finish after SIGTERM'),
  abortGrace: duration('5s', 'How long aborted steps may take to settle'),
  sweep: duration('5s', 'How often lost work is looked for'),
  retention: duration(
    '30d',
    'How long runs are kept after their end, where their workflow does not say; at least 1h',
  ).refine((ms) => ms >= 3_600_000, 'must be at least 1h: a slip here deletes runs'),
  retentionSweep: duration('1h', 'How often what has passed is looked for').refine(
    (ms) => ms >= 1_000,
    'must be at least 1s',
  ),
  poll: duration('500ms', 'How often the job table is polled'),
  defaultStepTimeout: duration('5m', 'Timeout of a step that names none'),
  holdTimers: duration('2s', 'A timer due sooner than this keeps its run in memory'),
  poolSize: count(10, 'Connections for the hot path'),
  requestBytes: count(1_048_576, 'Largest HTTP body'),
  rateLimitPerMinute: count(6000, 'Requests per client and minute'),
  maxStreams: count(500, 'Open streams of runs per replica'),
  maxStreamsPerToken: count(50, 'Open streams of runs per token and replica'),
});

export const fileSchema = z.strictObject({
  $schema: z.string().optional(),
  plugins: z.array(plugin).optional().describe('Plugins to load, in order; http and transform when absent'),
  workflows: z.array(z.string().min(1)).optional().describe('Folders of workflow files; workflows/ when absent'),
  secrets: z.array(secretName).default([]).describe('Names workflows may use as secrets.NAME'),
  audit: z
    .strictObject({
      retention: duration('365d', 'How long entries of the audit log are kept'),
      maxEntries: count(1_000_000, 'Entries of the audit log; the oldest go first'),
    })
    .prefault({}),
  server: z
    .strictObject({
      trustedProxies: z
        .array(network)
        .default([])
        .describe('Proxies before the hub, addresses or networks: whose X-Forwarded-For says who a caller is'),
    })
    .prefault({}),
  prometheus: z
    .strictObject({
      url: webAddress.optional().describe('Where error budgets are asked for'),
      rulesDir: z.string().min(1).optional().describe('Folder for the rules of SLOs; made when missing'),
    })
    .prefault({}),
  grafana: z
    .strictObject({
      url: webAddress
        .default('http://127.0.0.1:3003')
        .describe('As browsers reach it: run pages link to traces and logs there'),
    })
    .prefault({}),
  telemetry: z.strictObject({ workflowLabelBudget: count(200, 'Values workflow_id may take on metrics') }).prefault({}),
  engine: engine.prefault({}),
});

export type ConfigFile = z.output<typeof fileSchema>;

/** The published JSON Schema of commandcenter.yaml (what an editor checks against). */
export function configJsonSchema(): Record<string, unknown> {
  return {
    title: 'commandcenter.yaml',
    ...z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-2020-12' }),
  };
}
