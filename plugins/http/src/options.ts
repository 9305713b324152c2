import { z } from 'zod';
import { isHostOrRange } from './address-guard.js';

/** A step's output may have 256 KiB (engine.maxOutputBytes); this leaves room for status and headers. */
const defaultMaxResponseBytes = 240 * 1024;

const hostOrRange = z.string().refine(isHostOrRange, 'is neither a host name nor a range like 10.0.0.0/8');

export const HttpOptions = z.strictObject({
  allowPrivate: z
    .union([z.boolean(), z.array(hostOrRange)])
    .default(false)
    .meta({
      description:
        'Requests reach public addresses only. true: any address; a list: also these hosts and CIDR ranges, for services of your own network.',
    }),
  maxResponseBytes: z
    .int()
    .min(1)
    .max(16 * 1024 * 1024)
    .default(defaultMaxResponseBytes)
    .meta({ description: 'A response with a longer body fails the step.' }),
});

export type HttpOptions = z.infer<typeof HttpOptions>;
