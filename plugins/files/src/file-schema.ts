import { z } from 'zod';
import { RootName } from './options.js';

const root = RootName.meta({ description: 'One of `roots` in the options of the plugin.' });
const relativePath = z
  .string()
  .max(1_024)
  .regex(/^[^\x00-\x1f\x7f]*$/, 'must not hold control characters')
  .refine(
    (path) => path.split('/').every((name) => !['', '.', '..'].includes(name) && Buffer.byteLength(name) <= 255),
    'must be names with a / between them, below the root: no "..", no "/" at either end',
  );
const path = relativePath.meta({ description: 'Below the root: `a/b.txt`.', examples: ['2026/report.csv'] });
const encoding = z.enum(['utf8', 'base64']).default('utf8').meta({ description: 'How `content` is written.' });
const bytes = z.int().min(0);
const modifiedAt = z.string().meta({ description: 'RFC 3339, UTC.' });

export const ReadInput = z.strictObject({ root, path, encoding });
export const ReadOutput = z.strictObject({ content: z.string(), bytes, modifiedAt });

export const WriteInput = z
  .strictObject({
    root,
    path,
    content: z.string(),
    encoding,
    ifExists: z
      .enum(['replace', 'fail'])
      .default('replace')
      .meta({ description: 'fail: another file is there already. One with the same content is success.' }),
    createFolders: z.boolean().default(false).meta({ description: 'Make the folders on the way.' }),
  })
  .refine(({ content, encoding }) => encoding === 'utf8' || isBase64(content), {
    path: ['content'],
    message: 'is not base64',
  });
export const WriteOutput = z.strictObject({
  bytes,
  written: z.boolean().meta({ description: 'false: it was there already, with this content.' }),
});

export const ListInput = z.strictObject({
  root,
  path: z
    .union([z.literal(''), relativePath])
    .default('')
    .meta({ description: 'Of the folder. Default: the root.' }),
  limit: z.int().min(1).max(1_000).default(200).meta({ description: 'Entries, in the order of their names.' }),
});
export const ListOutput = z.strictObject({
  entries: z.array(
    z.strictObject({ name: z.string(), type: z.enum(['file', 'folder', 'link', 'other']), bytes, modifiedAt }),
  ),
  truncated: z.boolean().meta({ description: 'There are more.' }),
});

export const DeleteInput = z.strictObject({
  root,
  path,
  ifMissing: z.enum(['pass', 'fail']).default('pass').meta({ description: 'What it means when it is not there.' }),
});
export const DeleteOutput = z.strictObject({ deleted: z.boolean() });

export type ReadInput = z.infer<typeof ReadInput>;
export type ReadOutput = z.infer<typeof ReadOutput>;
export type WriteInput = z.infer<typeof WriteInput>;
export type WriteOutput = z.infer<typeof WriteOutput>;
export type ListInput = z.infer<typeof ListInput>;
export type ListOutput = z.infer<typeof ListOutput>;
export type DeleteInput = z.infer<typeof DeleteInput>;
export type DeleteOutput = z.infer<typeof DeleteOutput>;

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
