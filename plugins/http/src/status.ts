import type { RequestInput } from './request-schema.js';

/** Whether a status is one of `404`, `2xx`, `200-299`. */
export function isExpected(status: number, expected: RequestInput['expectStatus']): boolean {
  return expected.some((entry) => {
    if (typeof entry === 'number') return entry === status;
    const [from, to] = entry.endsWith('xx') ? [`${entry[0]}00`, `${entry[0]}99`] : entry.split('-');
    return status >= Number(from) && status <= Number(to);
  });
}

/** Statuses that say "not now": too early, too many, and the other side's own faults. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** Seconds from now, of a Retry-After in either of its forms: `120`, or an HTTP date. */
export function retryAfterSeconds(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1_000));
}
