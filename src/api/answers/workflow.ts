import { z } from 'zod';
import { time } from './page.js';
import { problemItem } from './problem.js';
import { workflowId } from './run.js';

const about = {
  id: workflowId,
  name: z.string(),
  description: z.string().optional(),
  version: z.string().describe('A hash of the content: equal content is the same version'),
  enabled: z.boolean(),
};

export const workflowSummary = z
  .strictObject({
    ...about,
    source: z.enum(['file', 'api', 'plugin']),
    file: z.string().optional().describe('From the folder of commandcenter.yaml'),
    steps: z.int(),
    schedules: z.array(z.string()).describe('Its cron lines'),
    events: z.array(z.string()).describe('Types of the events that start it'),
    webhooks: z.array(z.string()).describe('Paths below /hooks whose deliveries start it'),
    updatedAt: time,
  })
  .meta({ id: 'WorkflowSummary' });

export const workflow = z
  .strictObject({
    ...about,
    definition: z.record(z.string(), z.unknown()).describe('As written; its schema is at /schemas/workflow.json'),
  })
  .meta({ id: 'Workflow' });

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
