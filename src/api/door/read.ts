import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { CcError, type Problem } from '../../errors/index.js';
import type { InputOf, Entrance } from './route-spec.js';

type Part = 'params' | 'query' | 'headers' | 'body';

/** Checks all parts of a request against the route's spec and lists everything that is wrong, each by its path. */
export function read<S extends Entrance>(spec: S, request: Pick<FastifyRequest, Part>): InputOf<S> {
  const problems: Problem[] = [];
  const input: Partial<Record<Part, unknown>> = {};
  const take = (part: Part, schema: z.ZodType | undefined) => {
    if (schema === undefined) return;
    const result = schema.safeParse(request[part]);
    if (result.success) input[part] = result.data;
    else problems.push(...result.error.issues.flatMap((issue) => problemsOf(part, issue)));
  };
  take('params', spec.params);
  take('query', spec.query);
  take('headers', spec.headers);
  take('body', spec.body);
  if (spec.query === undefined) problems.push(...uncalledFor(request.query));
  if (problems.length > 0) throw refusal(problems);
  return input as InputOf<S>;
}

function refusal(problems: readonly Problem[]): CcError {
  const [first, ...more] = problems;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more, see problems)`;
  return new CcError('CC_REQUEST_INVALID', `${first?.path} ${first?.message}${rest}`, { problems });
}

function uncalledFor(query: unknown): Problem[] {
  return Object.keys(query ?? {}).map((name) => ({ path: `query.${name}`, message: 'is not known here' }));
}

/** An unknown key is a problem at that key, not at the object around it. */
function problemsOf(part: string, issue: z.core.$ZodIssue): Problem[] {
  const path = [part, ...issue.path].map(String);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not known here' }));
  return [{ path: path.join('.'), message: sentence(issue) }];
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.input === undefined) return `is missing (${issue.expected})`;
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}
