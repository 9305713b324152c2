import { createHash } from 'node:crypto';
import type { ActionContext } from '@commandcenter/sdk';

/** Clocks differ; what came before the run is not its own. */
const skewMs = 10 * 60_000;

/** A line that browsers do not show. By it a repeated attempt knows what an earlier one of the same step has made. */
export function markOf({ idempotencyKey }: Pick<ActionContext, 'idempotencyKey'>): string {
  const hash = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32);
  return `<!-- commandcenter:${hash} -->`;
}

export function marked(body: string, mark: string): string {
  return body === '' ? mark : `${body}\n\n${mark}`;
}

/** Nothing of this run is older. The id of a run is a UUIDv7: it begins with the milliseconds of its birth. */
export function earliest({ run }: Pick<ActionContext, 'run'>): string {
  return new Date(Number.parseInt(run.id.replaceAll('-', '').slice(0, 12), 16) - skewMs).toISOString();
}
