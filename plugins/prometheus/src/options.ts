import { z } from 'zod';

export const PrometheusOptions = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine((text) => {
      const url = URL.parse(text);
      return url === null || (url.username === '' && url.password === '' && url.search === '' && url.hash === '');
    }, 'must hold no password, query or fragment')
    .default('http://127.0.0.1:9090')
    .meta({ description: 'Where Prometheus, or what speaks its API, answers: without /api/v1.' }),
  urlFrom: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Name of a secret that holds the address: used instead of `url` where it has a value.' }),
  timeoutMs: z.int().min(100).max(300_000).default(10_000).meta({ description: 'For one query, milliseconds.' }),
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'is not a header name'),
      z.string().regex(/^[\t\x20-\x7e]*$/),
    )
    .default({})
    .meta({ description: 'Sent along, for example X-Scope-OrgID.' }),
  bearer: z.string().min(1).optional().meta({ description: 'Name of the secret that holds a bearer token.' }),
  maxSeries: z.int().min(1).max(10_000).default(500).meta({ description: 'A larger result fails the step.' }),
  maxResponseBytes: z
    .int()
    .min(1_024)
    .max(64 * 1024 * 1024)
    .default(4 * 1024 * 1024)
    .meta({ description: 'A longer answer fails the step.' }),
});

export type PrometheusOptions = z.infer<typeof PrometheusOptions>;
