import { resolve } from 'node:path';
import { z } from 'zod';

/** The whole machine, or its insides: /proc/self/environ holds every secret of the hub. */
const insides = /^\/($|(proc|sys|dev)(\/|$))/;

const FolderPath = z
  .string()
  .min(1)
  .refine((path) => !path.includes('\0'), 'must not hold a NUL')
  .refine((path) => !insides.test(resolve(path)), 'must be a folder of your own: not /, /proc, /sys or /dev');
const Root = z.strictObject({
  path: FolderPath.meta({ description: 'The folder; a relative one starts where the hub was started.' }),
  readOnly: z.boolean().default(false).meta({ description: 'Nothing is written or deleted there.' }),
  create: z.boolean().default(false).meta({ description: 'Made at the start when it is missing.' }),
  hardLinks: z
    .boolean()
    .default(false)
    .meta({ description: 'Files with more than one name are read, too: one of the names may be outside.' }),
});
export type Root = z.infer<typeof Root>;

export const RootName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, _ and -');

export const FilesOptions = z.strictObject({
  roots: z
    .record(RootName, z.union([FolderPath, Root]))
    .default({})
    .meta({ description: 'The folders steps reach, by name: a path, or a path with what is allowed. Default: none.' }),
  maxBytes: z
    .int()
    .min(1)
    .max(64 * 1024 * 1024)
    // As base64 it still fits into the output of a step (engine.maxOutputBytes, 256 KiB).
    .default(180 * 1024)
    .meta({ description: 'A larger file is neither read nor written.' }),
});

export type FilesOptions = z.infer<typeof FilesOptions>;
