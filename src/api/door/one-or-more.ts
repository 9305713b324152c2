import { z } from 'zod';

/** `?status=running,waiting`: one value of a list, or several with commas between. */
export function oneOrMore<const T extends readonly [string, ...string[]]>(values: T) {
  const one = z.enum(values);
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(one))
    .meta({ description: `One of ${values.join(', ')}; several with commas between`, examples: [values[0]] });
}
