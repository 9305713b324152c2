import { z } from 'zod';
import { repository } from './issue-schema.js';

/** GitHub takes ten properties; one is ours. */
const maxPayload = 9;

export const DispatchInput = z
  .strictObject({
    repository,
    workflow: z
      .union([
        z.int().min(1),
        z.string().regex(/^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/, 'must be a file name, like deploy.yml'),
      ])
      .optional()
      .meta({ description: 'Starts this workflow (workflow_dispatch): its file name or its number.' }),
    ref: z.string().min(1).max(255).optional().meta({ description: 'With `workflow`: a branch or a tag.' }),
    inputs: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .refine((inputs) => Object.keys(inputs).length <= 25, 'at most 25 inputs')
      .optional()
      .meta({ description: 'With `workflow`.' }),
    event: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Sends this event (repository_dispatch) to all workflows that listen.' }),
    payload: z
      .record(z.string(), z.unknown())
      .refine((payload) => Object.keys(payload).length <= maxPayload, `at most ${maxPayload} properties`)
      .refine((payload) => !Object.hasOwn(payload, 'commandcenter'), 'must not hold commandcenter: that is added')
      .optional()
      .meta({ description: 'With `event`; `commandcenter.idempotencyKey` is added.' }),
  })
  .superRefine(({ workflow, ref, inputs, event, payload }, ctx) => {
    const says = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
    if ((workflow === undefined) === (event === undefined)) return says('workflow', 'give one of workflow and event');
    if (workflow !== undefined && ref === undefined) says('ref', 'is needed with workflow');
    if (workflow !== undefined && payload !== undefined) says('payload', 'goes with event; a workflow takes inputs');
    if (event !== undefined && ref !== undefined) says('ref', 'goes with workflow');
    if (event !== undefined && inputs !== undefined) says('inputs', 'goes with workflow; an event takes a payload');
  });

export const DispatchOutput = z.strictObject({
  run: z
    .strictObject({ id: z.number(), url: z.string() })
    .nullable()
    .meta({ description: 'The run that was started, where GitHub says so.' }),
});

export type DispatchInput = z.infer<typeof DispatchInput>;
export type DispatchOutput = z.infer<typeof DispatchOutput>;
