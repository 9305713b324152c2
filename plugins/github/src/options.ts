import { z } from 'zod';

const SecretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a secret: values do not belong here');
const owner = '[A-Za-z0-9][A-Za-z0-9_-]{0,99}';
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

export const RepositoryName = z
  .string()
  .regex(new RegExp(`^${owner}/(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}$`), 'must be owner/name');

export const GithubOptions = z.strictObject({
  token: SecretName.default('GITHUB_TOKEN').meta({ description: 'Name of the secret that holds the token.' }),
  baseUrl: z
    .url({ protocol: /^https?$/, error: 'must be an https address' })
    .refine((text) => {
      const url = URL.parse(text);
      // A token must not travel in the clear.
      return url === null || url.protocol === 'https:' || loopback.test(url.hostname);
    }, 'must be https')
    .refine((text) => {
      const url = URL.parse(text);
      return url === null || (url.username === '' && url.password === '' && url.search === '' && url.hash === '');
    }, 'must hold no password, query or fragment')
    .default('https://api.github.com')
    .meta({ description: 'Of the API: https://HOST/api/v3 for GitHub Enterprise Server.' }),
  repositories: z
    .array(z.union([RepositoryName, z.string().regex(new RegExp(`^${owner}/\\*$`))]))
    .optional()
    .meta({ description: 'Those that steps reach: owner/name or owner/*. Default: all that the token reaches.' }),
  timeoutMs: z.int().min(100).max(300_000).default(20_000).meta({ description: 'For one request, milliseconds.' }),
});

export type GithubOptions = z.infer<typeof GithubOptions>;
