import { z } from 'zod';
import { time } from './page.js';

export const runStatuses = ['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'] as const;
export const triggerKinds = ['manual', 'schedule', 'event', 'webhook', 'alert', 'workflow', 'rerun'] as const;
const stepStatuses = [
  'pending',
  'running',
  'waiting',
  'retrying',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
] as const;

const runStatus = z.enum(runStatuses).meta({ id: 'RunStatus', examples: ['running'] });
const stepStatus = z.enum(stepStatuses).meta({ id: 'StepStatus', examples: ['running'] });
const triggerKind = z.enum(triggerKinds).meta({ id: 'TriggerKind', examples: ['manual'] });
/** Other people's: the hub knows no more of it. */
const anyJson = z.unknown().describe('Any JSON');

export const runId = z.uuid().meta({ examples: ['019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f'] });
export const workflowId = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, 'is not the id of a workflow: a-z, 0-9 and -, starting with a letter')
  .max(128)
  .meta({ examples: ['hello'] });

/** Of a workflow, as somebody names it: a hash, but what is long or unprintable is none and not looked for. */
export const wantedVersion = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'is not a version of a workflow: up to 128 printable characters without spaces');

const failure = z
  .strictObject({
    type: z.enum(['retryable', 'terminal', 'timeout', 'cancelled', 'lost', 'quarantined', 'limit', '_OTHER']),
    code: z.string(),
    message: z.string(),
    step: z.string().optional(),
    cause: z.string().optional(),
  })
  .meta({
    id: 'Failure',
    examples: [
      { type: 'timeout', code: 'CC_STEP_TIMEOUT', message: 'the attempt took longer than 30000 ms', step: 'fetch' },
    ],
  });

const trigger = z
  .strictObject({
    kind: triggerKind,
    by: z.string().optional().describe('Who or what started it: a token, a cron line, the source of an event'),
    scheduledFor: z.string().optional().describe('schedule: the instant it was due'),
    event: z.unknown().optional().describe('event: the CloudEvent'),
    of: runId.optional().describe('rerun: the run that is done again'),
    parent: z
      .strictObject({ run: runId, step: z.string(), waits: z.boolean(), depth: z.int(), spanId: z.string() })
      .optional()
      .describe('workflow: the run whose step asked for this one'),
  })
  .meta({ id: 'Trigger', examples: [{ kind: 'manual', by: 'ci' }] });

const step = z
  .strictObject({
    id: z.string(),
    path: z.string(),
    status: stepStatus,
    attempt: z.int(),
    uses: z.string().meta({ examples: ['http.request'] }),
    output: anyJson,
    outputLeftOut: z
      .strictObject({
        bytes: z.int().describe('Of what the log has of it'),
        href: z.string().describe('The event, or the events, that have it'),
      })
      .optional()
      .describe(
        'There is an output that is not given here: the run has too many bytes, or the items of the step have it',
      ),
    error: failure.nullable(),
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    wait: z
      .strictObject({
        kind: z.enum(['sleep', 'event', 'approval', 'workflow']),
        until: time.nullable().describe('At the latest'),
        run: runId.optional().describe('workflow: the other run'),
        message: z.string().optional(),
        approvers: z.array(z.string()).optional(),
      })
      .optional()
      .describe('While it waits: what for'),
  })
  .meta({ id: 'Step' });

const summary = {
  id: runId,
  workflow: workflowId,
  version: z.string().describe('Of the workflow: a hash of its content'),
  status: runStatus,
  trigger,
  input: anyJson,
  output: anyJson,
  error: failure.nullable(),
  createdAt: time,
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  traceId: z.string().nullable(),
  cost: z.strictObject({ usd: z.number(), activeSeconds: z.number() }),
};

export const runSummary = z.strictObject(summary).meta({ id: 'RunSummary' });
export const run = z.strictObject({ ...summary, steps: z.array(step) }).meta({ id: 'Run' });

export const startedRun = z
  .strictObject({
    id: runId,
    workflow: workflowId,
    version: z.string(),
    status: runStatus,
    createdAt: time,
    duplicate: z.boolean().describe('The Idempotency-Key was used before: this is the run of that time'),
  })
  .meta({ id: 'StartedRun' });

export const runEvent = z
  .looseObject({
    seq: z.int(),
    type: z.string().meta({ examples: ['StepSucceeded'] }),
    at: time,
    step: z.string().optional(),
    attempt: z.int().optional(),
    error: failure.optional(),
  })
  .meta({ id: 'RunEvent', description: 'An entry of the run log; it holds more, by its type' });

export const logLine = z
  .strictObject({
    seq: z.int(),
    at: time,
    level: z.string().meta({ examples: ['info'] }),
    step: z.string(),
    attempt: z.int(),
    message: z.string(),
    fields: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'LogLine' });
