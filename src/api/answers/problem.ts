import { z } from 'zod';
import { catalogue, type ErrorCode } from '../../errors/index.js';

const code = z
  .enum(Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]])
  .meta({ id: 'ErrorCode', examples: ['CC_REQUEST_INVALID'] });

/** One thing wrong with an input. */
export const problemItem = z
  .strictObject({
    path: z.string(),
    message: z.string(),
    code: code.optional(),
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .meta({ id: 'ProblemItem', examples: [{ path: 'body.input', message: 'is missing' }] });

/** RFC 9457. */
export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code,
    problems: z.array(problemItem).optional(),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: 'urn:commandcenter:error:CC_RUN_NOT_FOUND',
        title: 'There is no such run',
        status: 404,
        detail: 'there is no run 019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f; it never was, or its retention has passed',
        instance: '/api/v1/runs/019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f',
        code: 'CC_RUN_NOT_FOUND',
      },
    ],
  });
