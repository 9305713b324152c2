import { isJson } from './check.ts';

/** How requests are answered until told otherwise. */
export interface Behaviour {
  readonly status: number;
  /** Seconds, in `Retry-After`. */
  readonly retryAfter?: number;
  /** Milliseconds before anything is answered. */
  readonly delayMs?: number;
  /** The connection is cut without an answer, and nothing is accepted. */
  readonly drop?: boolean;
  /** Requests it still applies to; absent = until changed. */
  readonly count?: number;
  /** As Slack: more than one message a second in a channel is answered 429. */
  readonly limit?: boolean;
}

export const wellBehaved: Behaviour = { status: 200 };

const longestDelayMs = 120_000;

/** From outside: the behaviour, or what is wrong with it. */
export function parseBehaviour(value: unknown): Behaviour | string {
  if (!isJson(value)) return 'An object is needed.';
  const { status = 200, drop, limit, ...numbers } = value;
  if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599)
    return 'status is an HTTP status from 200 to 599.';
  for (const [name, flag] of Object.entries({ drop, limit }))
    if (flag !== undefined && typeof flag !== 'boolean') return `${name} is true or false.`;
  for (const [name, number] of Object.entries(numbers)) {
    if (!['retryAfter', 'delayMs', 'count'].includes(name)) return `There is no ${name}.`;
    if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) return `${name} is a whole number.`;
    if (name === 'delayMs' && number > longestDelayMs) return `delayMs is at most ${longestDelayMs}.`;
  }
  return { ...(value as Partial<Behaviour>), status };
}
