import { createHash } from 'node:crypto';
import type { EventTrigger } from '@commandcenter/sdk/definition';
import type { StoredEvent } from '../events/index.js';
import { canonicalJson, compileCondition, compileTemplate, parseDuration, type Plan } from '../workflow/index.js';
import type { Occasion, Subscription } from './subscription.js';

/** One `on.event` entry. */
export function eventSubscription(plan: Plan, entry: EventTrigger): Subscription {
  const where = `on.event (${entry.type})`;
  const condition = entry.if === undefined ? undefined : compileCondition(entry.if, ['event'], where);
  const input = entry.input === undefined ? undefined : compileTemplate(entry.input, ['event'], where);
  const burstOf = burst(entry, where);
  return {
    workflow: plan.id,
    kind: 'event',
    occasionOf(pending) {
      const { event } = pending;
      if (condition?.evaluate({ event }, { success: true, failure: false }) === false) return undefined;
      return {
        input: input === undefined ? (event['data'] ?? {}) : input.evaluate({ event }),
        ...occurrenceOf(pending),
        ...burstOf?.(event),
      };
    },
  };
}

/** What makes an event one occurrence, and what the run sees of it. */
export function occurrenceOf({ source, id, event }: StoredEvent): Pick<Occasion, 'key' | 'trigger'> {
  return { key: JSON.stringify([source, id]), trigger: { kind: 'event', by: source, event } };
}

/** Which burst an event belongs to. The entry is named by its content: one that is edited begins bursts of its own. */
function burst(
  entry: EventTrigger,
  where: string,
): ((event: unknown) => { burst: NonNullable<Occasion['burst']> }) | undefined {
  const { debounce } = entry;
  if (debounce === undefined) return undefined;
  const key = debounce.key === undefined ? undefined : compileTemplate(debounce.key, ['event'], where);
  const name = hash(canonicalJson(entry)).slice(0, 16);
  const forMs = parseDuration(debounce.for)!;
  return (event) => ({ burst: { entry: name, key: key === undefined ? '' : keyOf(key.evaluate({ event })), forMs } });
}

/** As JSON, which holds nothing that PostgreSQL's text does not, and not longer than an index takes. */
function keyOf(value: unknown): string {
  const text = canonicalJson(value);
  return text.length > 200 ? hash(text) : text;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
