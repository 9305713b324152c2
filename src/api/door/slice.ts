import { z } from 'zod';
import { CcError } from '../../errors/index.js';
import { cursor, limit } from '../answers/page.js';

/** The query of a list that is short enough to be in memory as a whole. */
export const sliceQuery = z.strictObject({ cursor: cursor.optional(), limit });

/** A page of it. The cursor is a position: when the list changes between two pages, an item can come twice or not at all. */
export function slice<T>(
  all: readonly T[],
  query: z.output<typeof sliceQuery>,
): { items: readonly T[]; nextCursor: string | null } {
  const from = query.cursor === undefined ? 0 : Number(query.cursor);
  if (!Number.isSafeInteger(from) || from < 0 || from > all.length) {
    throw new CcError(
      'CC_REQUEST_INVALID',
      `"${query.cursor}" is not a cursor of this list: send back nextCursor as it came, or leave it out`,
      {
        problems: [{ path: 'query.cursor', message: 'is not a cursor of this list' }],
      },
    );
  }
  const to = from + query.limit;
  return { items: all.slice(from, to), nextCursor: to < all.length ? String(to) : null };
}
