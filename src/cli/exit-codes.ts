import type { ErrorKind } from '../errors/index.js';

/** What a script can rely on. docs/reference/cli.md holds the same list; a test keeps them equal. */
export const exitCodes = {
  ok: { code: 0, meaning: 'Done; with `--wait`: the run succeeded' },
  failed: { code: 1, meaning: 'The run failed, the file is not valid, or the hub refused the request' },
  usage: { code: 2, meaning: 'The command line is wrong' },
  noHub: {
    code: 3,
    meaning: 'No hub is known, it does not answer or is overloaded, or the token is missing or lacks the role',
  },
  notFound: { code: 4, meaning: 'There is no such run, workflow, version or file' },
  cancelled: { code: 5, meaning: 'The run that was waited for was cancelled' },
  waitTimedOut: { code: 6, meaning: '`--timeout` passed before the run ended; the run goes on' },
  interrupted: { code: 130, meaning: 'Ctrl-C while waiting; the run goes on' },
} as const;

export type Exit = keyof typeof exitCodes;

const byKind: Record<ErrorKind, Exit> = {
  invalid: 'failed',
  unauthenticated: 'noHub',
  forbidden: 'noHub',
  not_found: 'notFound',
  conflict: 'failed',
  too_large: 'failed',
  unprocessable: 'failed',
  rate_limited: 'noHub',
  unavailable: 'noHub',
  failed: 'failed',
};

export function exitOfKind(kind: ErrorKind): Exit {
  return byKind[kind];
}

export function exitOfStatus(status: number): Exit {
  if (status === 401 || status === 403) return 'noHub';
  if (status === 404) return 'notFound';
  if (status === 429 || (status >= 502 && status <= 504)) return 'noHub';
  return 'failed';
}
