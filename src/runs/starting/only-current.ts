import type { Definitions } from '../../definitions/index.js';
import { CcError } from '../../errors/index.js';
import type { Plan } from '../../workflow/index.js';

/**
 * An older version may be from before somebody added an approval, or took a step out: whoever starts it goes around that.
 * Throws CC_FORBIDDEN.
 */
export async function requireCurrent(definitions: Definitions, { id, version }: Plan): Promise<void> {
  const isCurrent = async () => (await definitions.get(id)).version === version;
  if (await isCurrent()) return;
  await definitions.catchUp(); // another replica may have made it current a moment ago
  if (await isCurrent()) return;
  throw new CcError(
    'CC_FORBIDDEN',
    `version ${version} of ${id} is not the current one: it takes the role admin to start it; leave "version" out for the current one`,
  );
}
