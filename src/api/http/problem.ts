import type { CcError, ErrorCode, Problem } from '../../errors/index.js';
import { statusOf } from './status.js';

/** RFC 9457. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The path that was asked for, without its query: that may hold what logs must not. */
  readonly instance: string;
  readonly code: ErrorCode;
  readonly problems?: readonly Problem[];
}

export const problemMediaType = 'application/problem+json';

/** A body of a megabyte can have a hundred thousand problems; nobody reads more than these. */
const MOST_PROBLEMS = 100;
const LONGEST_TEXT = 1000;

/** What a client should wait when nothing says better, seconds. */
const RETRY_AFTER = 1;

export function problemDocument(error: CcError, url: string): ProblemDocument {
  return {
    type: `urn:commandcenter:error:${error.code}`,
    title: error.title,
    status: statusOf(error),
    detail: short(error.message),
    instance: pathOf(url),
    code: error.code,
    ...(error.problems.length > 0 && { problems: error.problems.slice(0, MOST_PROBLEMS).map(shortened) }),
  };
}

/** Headers that go with the status. */
export function problemHeaders(error: CcError): Record<string, string> {
  const status = statusOf(error);
  return {
    'content-type': `${problemMediaType}; charset=utf-8`,
    ...(status === 401 && { 'www-authenticate': 'Bearer realm="commandcenter"' }),
    ...((status === 503 || status === 429) && { 'retry-after': String(Math.ceil(error.retryAfter ?? RETRY_AFTER)) }),
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

function shortened(problem: Problem): Problem {
  return { ...problem, path: short(problem.path), message: short(problem.message) };
}

function short(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}...`;
}
