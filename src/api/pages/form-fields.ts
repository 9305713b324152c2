import { z } from 'zod';
import { CcError } from '../../errors/index.js';
import { runId } from '../answers/run.js';

/** A form sends every field of it, those nobody touched as empty text. */
export const given = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** What cannot be the id of a run is the id of no run. */
export function knownRun(id: string): string {
  if (runId.safeParse(id).success) return id;
  throw new CcError('CC_RUN_NOT_FOUND', `there is no run "${id}"`);
}
