import { z } from 'zod';

/** Every list answers like this. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Give it back as `cursor` to get what comes next; null at the end'),
  });
}

export const limit = z.coerce.number().int().min(1).max(200).default(50).describe('Most items in one answer');
export const cursor = z.string().max(200).describe('nextCursor of the answer before');
export const time = z.iso.datetime({ offset: true }).meta({ examples: ['2026-01-31T08:00:00.000Z'] });
