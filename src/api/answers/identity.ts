import { z } from 'zod';
import { roles } from '../../identity/index.js';
import { time } from './page.js';

/** Of users and groups: they stand in `approvers` of workflows, as `user:ada` and `group:sre`. */
export const identityName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._@-]*$/, 'must consist of a-z, 0-9 and . _ @ -, starting with a letter or a digit')
  .max(100)
  .meta({ examples: ['ada'] });

/** Told apart from the rest of a path: `DELETE /users/{name}`. */
export const byName = z.strictObject({ name: identityName });

const role = z.enum(roles);
const rate = z.int().min(1).max(1_000_000);

export const token = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    role: role.describe('Its own; with a user the lesser of this and theirs counts'),
    approver: z.boolean(),
    user: z.string().nullable().describe('Whom it acts for; null = for itself'),
    ratePerMinute: rate.nullable().describe('Its own rate; null = engine.rateLimitPerMinute'),
    createdAt: time,
    expiresAt: time.nullable(),
    lastUsedAt: time.nullable().describe('At most a minute old'),
  })
  .meta({ id: 'Token' });

const at = time.transform((text) => new Date(text)).nullable();

export const tokenFields = {
  role,
  approver: z.boolean().describe('May decide approvals as well'),
  expiresAt: at,
  ratePerMinute: rate.nullable().describe('Requests per minute; null = engine.rateLimitPerMinute'),
};

export const userFields = {
  displayName: z.string().trim().min(1).max(200).nullable(),
  role,
  approver: z.boolean().describe('May decide approvals as well'),
};

export const user = z
  .strictObject({
    name: identityName,
    displayName: z.string().nullable(),
    role,
    approver: z.boolean(),
    groups: z.array(z.string()),
    tokens: z.int().describe('How many act for them'),
    createdAt: time,
    disabledAt: time.nullable().describe('Since then none of their tokens is believed'),
  })
  .meta({ id: 'User' });

export const group = z
  .strictObject({
    name: identityName,
    description: z.string().nullable(),
    members: z.array(z.string()).describe('Names of users'),
    createdAt: time,
  })
  .meta({ id: 'Group' });

export const secretName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'must be named like an environment variable: A-Z, 0-9 and _')
  .max(200)
  .meta({ examples: ['GITHUB_TOKEN'] });

/** What is shorter cannot be blacked out of texts without blacking out half of them. */
export const secretValue = z
  .string()
  .min(4)
  .max(65_536)
  .describe('Never shown again')
  .meta({ examples: ['s3cret-value'] });

export const secret = z
  .strictObject({
    name: secretName,
    listed: z.boolean().describe('Under secrets: in commandcenter.yaml; else nothing can use it'),
    source: z
      .enum(['environment', 'store'])
      .nullable()
      .describe(
        'Where its value comes from: the environment (a variable or the file one names) goes before the store; null = it has none',
      ),
    stored: z
      .strictObject({
        version: z.int().describe('Counts the values it had'),
        createdAt: time,
        updatedAt: time,
        updatedBy: z.string(),
        opens: z.boolean().describe('This hub has the key it is sealed with'),
      })
      .nullable(),
  })
  .meta({ id: 'Secret' });

export const auditEntry = z
  .strictObject({
    seq: z.string(),
    at: time,
    actor: z.strictObject({ kind: z.enum(['user', 'token', 'hub']), name: z.string(), tokenId: z.uuid().nullable() }),
    action: z.string().meta({ examples: ['token.create'] }),
    target: z.strictObject({ kind: z.string(), name: z.string() }),
    requestId: z.string().nullable().describe('x-request-id of the answer'),
    traceId: z.string().nullable(),
    details: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'AuditEntry' });
