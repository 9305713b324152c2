import { createHash } from 'node:crypto';
import type { WhenFull } from '@commandcenter/sdk/definition';
import { CcError, messageOf } from '../../errors/index.js';
import { canonicalJson, type Plan, type Trigger } from '../../workflow/index.js';

/** A place that a run needs before it may go: at most `limit` runs of one workflow and key do at a time. */
export interface SlotRequest {
  readonly key: string;
  readonly limit: number;
  readonly whenFull: WhenFull;
}

/** Lines of one workflow: the places a run gives back when it ends. */
export interface SlotLines {
  readonly workflow: string;
  readonly keys: readonly string[];
}

/** Keys longer than this are stored as their hash. */
const longestKey = 200;

/** The places a run needs: that of its workflow's `concurrency`, and those its trigger asks for. */
export function slotsOf(
  { concurrency }: Plan,
  input: unknown,
  trigger: Trigger,
  more: readonly SlotRequest[] = [],
): readonly SlotRequest[] {
  if (concurrency === undefined) return more;
  const { key, limit, whenFull } = concurrency;
  let value: unknown = null;
  try {
    value = key?.evaluate({ input, trigger, event: trigger.event });
  } catch (cause) {
    throw new CcError(
      'CC_INPUT_INVALID',
      `the workflow's concurrency.key cannot be told from this input: ${messageOf(cause)}`,
      { cause },
    );
  }
  return [{ key: keyOf(value), limit, whenFull }, ...more];
}

/** As JSON, which holds nothing that PostgreSQL's text does not. */
function keyOf(value: unknown): string {
  const text = `concurrency ${value === undefined ? '' : canonicalJson(value)}`;
  return text.length > longestKey ? createHash('sha256').update(text).digest('hex') : text;
}
