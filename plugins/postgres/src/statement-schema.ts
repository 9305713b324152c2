import { z } from 'zod';
import { ConnectionName } from './options.js';

export const StatementInput = z.strictObject({
  connection: ConnectionName.meta({ description: 'One of `connections` in the options of the plugin.' }),
  sql: z
    .string()
    .min(1)
    .max(100_000)
    .regex(/^[^\0]*$/, 'must not hold a NUL')
    .meta({ description: 'One statement. Values do not belong into it: write $1, $2 and give `parameters`.' }),
  parameters: z
    .array(z.unknown())
    .max(1_000)
    .default([])
    .meta({ description: 'For $1, $2 ...: a list becomes an array of PostgreSQL, an object json.' }),
  maxRows: z.int().min(1).optional().meta({ description: 'When fewer than maxRows of the connection.' }),
});

export const StatementOutput = z.strictObject({
  rows: z.array(z.record(z.string(), z.unknown())).meta({ description: 'Each by the names of its columns.' }),
  rowCount: z.int().meta({ description: 'Rows given, or changed.' }),
});

export type StatementInput = z.infer<typeof StatementInput>;
export type StatementOutput = z.infer<typeof StatementOutput>;
