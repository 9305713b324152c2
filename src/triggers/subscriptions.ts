import type { Definitions } from '../definitions/index.js';
import { alertSubscription, ALERT_EVENT } from './alert-subscription.js';
import { eventSubscription } from './event-subscription.js';
import type { Subscription } from './subscription.js';

/** By event type; entries of one workflow stand in the order of its file. */
export type Subscriptions = ReadonlyMap<string, readonly Subscription[]>;

export function subscriptionsOf(current: ReturnType<Definitions['current']>): Subscriptions {
  const byType = new Map<string, Subscription[]>();
  const add = (type: string, subscription: Subscription) =>
    byType.set(type, [...(byType.get(type) ?? []), subscription]);
  for (const { plan, enabled } of current) {
    if (!enabled) continue;
    for (const entry of plan.definition.on?.event ?? []) add(entry.type, eventSubscription(plan, entry));
    for (const entry of plan.definition.on?.alert ?? []) add(ALERT_EVENT, alertSubscription(plan, entry));
  }
  return byType;
}
