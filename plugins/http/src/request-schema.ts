import { z } from 'zod';

/** These frame the message or steer the connection; setting them by hand could smuggle a second request. */
const reserved = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const headerName = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a header name')
  .refine((name) => !reserved.has(name.toLowerCase()), 'is set by the client itself');
const headerValue = z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'holds characters a header cannot carry');
const scalar = z.union([z.string(), z.number(), z.boolean()]);
const status = z.union([z.int().min(100).max(599), z.string().regex(/^([1-5]xx|[1-5]\d\d-[1-5]\d\d)$/)]);

export const RequestInput = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine(hasNoCredentials, 'must not hold a password; use auth'),
  query: z
    .record(z.string(), z.union([scalar, z.null(), z.array(scalar)]))
    .optional()
    .meta({
      description: 'Added to the URL; a list repeats its name, null leaves it out.',
    }),
  headers: z.record(headerName, headerValue).optional(),
  auth: z
    .union([
      z.strictObject({ bearer: z.string().min(1) }),
      z.strictObject({ basic: z.strictObject({ username: z.string(), password: z.string() }) }),
    ])
    .optional(),
  body: z.unknown().optional().meta({ description: 'A text is sent as it is, anything else as JSON.' }),
  expectStatus: z.array(status).min(1).default(['2xx']).meta({
    description: 'Statuses that are success: 404, "2xx", "200-299". Others fail the step.',
  }),
  redirects: z.int().min(0).max(20).default(5).meta({ description: 'How many redirects to follow.' }),
});

export const RequestOutput = z.strictObject({
  status: z.int(),
  headers: z.record(z.string(), z.string()).meta({ description: 'By lower-case name; repeated ones joined by ", ".' }),
  body: z
    .unknown()
    .meta({ description: 'Parsed when the response says it is JSON, else text; null when there is none.' }),
  bodyEncoding: z.literal('base64').optional().meta({ description: 'Set when the body is not text.' }),
  durationMs: z.number(),
});

export type RequestInput = z.infer<typeof RequestInput>;
export type RequestOutput = z.infer<typeof RequestOutput>;

function hasNoCredentials(text: string): boolean {
  const url = URL.parse(text);
  return url === null || (url.username === '' && url.password === '');
}
