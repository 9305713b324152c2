import type { HubClient, HubRequest } from './client.js';
import type { Page } from './shapes.js';

export interface PageOptions {
  /** Items in all. */
  readonly limit: number;
  readonly all: boolean;
  readonly cursor?: string;
}

/** The most the API gives in one answer. */
const largestPage = 200;

/** Follows cursors until enough items are there; the answer has the shape of one page. */
export async function collect<T>(
  hub: HubClient,
  path: string,
  query: HubRequest['query'],
  options: PageOptions,
): Promise<Page<T>> {
  const items: T[] = [];
  let cursor = options.cursor;
  for (;;) {
    const wanted = options.all ? largestPage : Math.min(options.limit - items.length, largestPage);
    const page = await hub.get<Page<T>>(path, { query: { ...query, limit: wanted, cursor } });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
    if (cursor === undefined || (!options.all && items.length >= options.limit))
      return { items, nextCursor: cursor ?? null };
  }
}
