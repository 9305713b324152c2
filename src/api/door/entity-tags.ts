import { z } from 'zod';

const tag = /^(?:W\/)?"([\x21\x23-\x7e]{1,128})"$/;

/** `If-Match: "a", "b"`, or `*`, as a list. Tags of the hub are versions, which change with the content alone. */
export const entityTags = z
  .string()
  .max(2000)
  .refine((text) => text.trim() === '*' || parts(text).every((part) => tag.test(part)), {
    message: 'must be versions in quotes, with commas between, or *',
  })
  .transform((text) => (text.trim() === '*' ? ['*'] : parts(text).map((part) => tag.exec(part)![1]!)));

function parts(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}
