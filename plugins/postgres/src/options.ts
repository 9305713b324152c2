import { isAbsolute } from 'node:path';
import { z } from 'zod';

const SecretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a secret: values do not belong here');
export const ConnectionName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, _ and -');

const fields = {
  url: SecretName.optional().meta({
    description: 'Name of the secret that holds postgres://user:password@host:port/database. Or `host` and the rest.',
  }),
  host: z.string().min(1).optional().meta({ description: 'A host, or the folder of a socket.' }),
  port: z.int().min(1).max(65_535).optional().meta({ description: 'Of `host`. Default 5432.' }),
  database: z.string().min(1).optional().meta({ description: 'At `host`. Default: as the user is called.' }),
  user: z.string().min(1).optional().meta({ description: 'At `host`.' }),
  password: SecretName.optional().meta({ description: 'Name of the secret with the password of the user.' }),
  sslmode: z.enum(['verify-full', 'verify-ca', 'require', 'disable']).optional().meta({
    description:
      'verify-full: encrypted, and the server proves its name; require proves nothing. Default verify-full, on this machine disable.',
  }),
  ca: SecretName.optional().meta({ description: 'Name of the secret with the certificates (PEM) to trust instead.' }),
  caFile: z
    .string()
    .refine(isAbsolute, 'must be an absolute path')
    .optional()
    .meta({ description: 'The same in a file.' }),
  readOnly: z.boolean().default(true).meta({ description: 'false: postgres.execute may change data.' }),
  maxRows: z.int().min(1).max(10_000).default(1_000).meta({ description: 'More rows fail the step.' }),
  maxBytes: z
    .int()
    .min(1)
    .max(16 * 1024 * 1024)
    // Leaves room in the output of a step (engine.maxOutputBytes, 256 KiB).
    .default(240 * 1024)
    .meta({ description: 'More bytes of rows, as JSON, fail the step.' }),
  statementTimeoutMs: z
    .int()
    .min(1)
    .max(3_600_000)
    .default(30_000)
    .meta({ description: 'The server ends what takes longer.' }),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(300_000)
    .default(10_000)
    .meta({ description: 'For a connection, and for the turn on one of the pool.' }),
  poolSize: z.int().min(1).max(50).default(4).meta({ description: 'Connections of a replica at most.' }),
};

const Connection = z.strictObject(fields).superRefine((given, ctx) => {
  const says = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message });
  if ((given.url === undefined) === (given.host === undefined)) says('url', 'give one of url and host');
  if (given.host !== undefined && given.user === undefined) says('user', 'is needed with host');
  for (const name of ['port', 'database', 'user', 'password'] as const) {
    if (given.url !== undefined && given[name] !== undefined) says(name, 'stands in the url');
  }
  if (given.ca !== undefined && given.caFile !== undefined) says('caFile', 'give one of ca and caFile');
  if (given.sslmode === 'disable' || given.sslmode === 'require') {
    for (const name of ['ca', 'caFile'] as const) {
      if (given[name] !== undefined) says(name, `is not looked at with sslmode: ${given.sslmode}`);
    }
  }
});
export type ConnectionOptions = z.infer<typeof Connection>;

export const PostgresOptions = z.strictObject({
  connections: z
    .record(ConnectionName, Connection)
    .default({})
    .meta({ description: 'The databases steps reach, by name.' }),
});

export type PostgresOptions = z.infer<typeof PostgresOptions>;
