import { z } from 'zod';
import { time } from './page.js';
import { problemItem } from './problem.js';
import { workflowId } from './run.js';

const about = {
  id: workflowId,
  name: z.string(),
  description: z.string().optional(),
  version: z.string().describe('A hash of the content: equal content is the same version'),
  enabled: z.boolean().describe('It starts runs: nobody disabled it, and its file or plugin is there'),
  disabledBy: z.string().optional().describe('Who disabled it'),
  gone: z.boolean().describe('Its file was deleted, or its plugin is not loaded'),
  source: z.enum(['file', 'api', 'plugin']),
  file: z.string().optional().describe('From the folder of commandcenter.yaml'),
  plugin: z.string().optional().describe('The plugin it came with'),
  updatedAt: time,
  problems: z.array(problemItem).optional().describe('Why its file as it is now is refused; its version goes on'),
};

export const workflowSummary = z
  .strictObject({
    ...about,
    steps: z.int(),
    schedules: z.array(z.string()).describe('Its cron lines'),
    events: z.array(z.string()).describe('Types of the events that start it'),
    webhooks: z.array(z.string()).describe('Paths below /hooks whose deliveries start it'),
  })
  .meta({ id: 'WorkflowSummary' });

export const workflow = z
  .strictObject({
    ...about,
    definition: z.record(z.string(), z.unknown()).describe('As written; its schema is at /schemas/workflow.json'),
  })
  .meta({ id: 'Workflow' });

export const changedWorkflow = workflowSummary
  .extend({ outcome: z.enum(['created', 'changed', 'unchanged']) })
  .meta({ id: 'ChangedWorkflow' });

export const workflowVersion = z
  .strictObject({
    version: z.string(),
    current: z.boolean(),
    createdAt: time.describe('When it was there first'),
    createdBy: z.string().nullable().describe('Who sent it; null when it came with a file or plugin'),
  })
  .meta({ id: 'WorkflowVersion' });

export const validation = z
  .strictObject({
    valid: z.boolean(),
    problems: z.array(problemItem),
    workflow: z.strictObject({ id: workflowId, version: z.string() }).optional().describe('When it is valid'),
  })
  .meta({
    id: 'Validation',
    examples: [
      {
        valid: false,
        problems: [
          {
            path: 'steps.fetch.uses',
            message: 'no plugin offers the agent "htp". Did you mean "http"?',
            code: 'CC_AGENT_UNKNOWN',
            line: 4,
            column: 11,
          },
        ],
      },
    ],
  });
