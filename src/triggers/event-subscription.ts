import type { EventTrigger } from '@commandcenter/sdk/definition';
import { compileCondition, compileTemplate, type Plan } from '../workflow/index.js';
import type { Subscription } from './subscription.js';

/** One `on.event` entry. */
export function eventSubscription(plan: Plan, entry: EventTrigger): Subscription {
  const where = `on.event (${entry.type})`;
  const condition = entry.if === undefined ? undefined : compileCondition(entry.if, ['event'], where);
  const input = entry.input === undefined ? undefined : compileTemplate(entry.input, ['event'], where);
  return {
    workflow: plan.id,
    kind: 'event',
    occasionOf({ event, source, id }) {
      if (condition?.evaluate({ event }, { success: true, failure: false }) === false) return undefined;
      return {
        input: input === undefined ? (event['data'] ?? {}) : input.evaluate({ event }),
        key: JSON.stringify([source, id]),
        trigger: { kind: 'event', by: source, event },
      };
    },
  };
}
