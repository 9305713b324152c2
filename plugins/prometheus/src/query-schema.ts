import { z } from 'zod';
import { expectation } from './expectation.js';
import { instantOf, secondsOf } from './instant.js';

const query = z.string().min(1).max(20_000).meta({ description: 'PromQL.' });
const expect = z
  .string()
  .refine((text) => expectation(text) !== undefined, 'must be a comparison with a number, like "== 0" or "< 0.05"')
  .optional()
  .meta({ description: 'Every value must satisfy this, or the attempt fails and may be tried again.' });
const ifEmpty = z
  .enum(['fail', 'pass'])
  .default('fail')
  .meta({ description: 'With `expect`: what an empty result means.' });
const instant = z
  .union([z.number().min(0), z.string()])
  .refine((value) => instantOf(value, 0) !== undefined, 'must be now, -5m, seconds since 1970 or an RFC 3339 time');
const step = z
  .string()
  .refine((text) => (secondsOf(text) ?? 0) > 0, 'must be a length of time, like 15s or 5m')
  .meta({ description: 'Between two points: 15s, 5m.' });

export const QueryInput = z.strictObject({
  query,
  time: instant.optional().meta({ description: 'When to look; default now.' }),
  expect,
  ifEmpty,
});

export const QueryRangeInput = z.strictObject({
  query,
  start: instant,
  end: instant.default('now'),
  step,
  expect,
  ifEmpty,
});

const labels = z.record(z.string(), z.string());
const value = z.union([z.number(), z.string()]).meta({ description: 'A number; NaN, +Inf and -Inf are texts.' });

export const QueryOutput = z.strictObject({
  resultType: z.enum(['vector', 'scalar', 'string']),
  items: z.array(z.strictObject({ labels, value })),
  value: value.nullable().meta({ description: 'Of the only item; null when there are none or several.' }),
  warnings: z.array(z.string()),
});

export const QueryRangeOutput = z.strictObject({
  resultType: z.literal('matrix'),
  items: z.array(z.strictObject({ labels, values: z.array(z.strictObject({ time: z.number(), value })) })),
  warnings: z.array(z.string()),
});

export type QueryInput = z.infer<typeof QueryInput>;
export type QueryRangeInput = z.infer<typeof QueryRangeInput>;
export type QueryOutput = z.infer<typeof QueryOutput>;
export type QueryRangeOutput = z.infer<typeof QueryRangeOutput>;
