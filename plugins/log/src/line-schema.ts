import { z } from 'zod';

export const WriteInput = z.strictObject({
  message: z.string().min(1).max(16_000).meta({ description: 'What the line says.' }),
  level: z.enum(['debug', 'info', 'warn', 'error']).default('info').meta({ description: 'How much it matters.' }),
  fields: z
    .record(z.string().min(1).max(100), z.unknown())
    .refine((fields) => Object.keys(fields).length <= 50, 'at most 50 fields')
    .default({})
    .meta({ description: 'Values beside the message, by name; anything that is JSON. At most 50.' }),
});

export const WriteOutput = z.strictObject({
  message: z.string(),
  level: z.string(),
  fields: z.record(z.string(), z.unknown()),
});

export type WriteInput = z.infer<typeof WriteInput>;
export type WriteOutput = z.infer<typeof WriteOutput>;
