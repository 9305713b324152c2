import { z } from 'zod';

/** The header Idempotency-Key. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .optional()
  .meta({ examples: ['order-4711'] });
