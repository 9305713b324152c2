import type { Definitions } from '../definitions/index.js';
import { compileCondition, compileTemplate, type Plan } from '../workflow/index.js';

type CloudEvent = Readonly<Record<string, unknown>>;

/** One `on.event` entry of an enabled workflow. Both methods throw CcError CC_EXPRESSION_FAILED. */
export interface Subscription {
  readonly workflow: string;
  matches(event: CloudEvent): boolean;
  inputFor(event: CloudEvent): unknown;
}

/** By event type; entries of one workflow stand in the order of its file. */
export type Subscriptions = ReadonlyMap<string, readonly Subscription[]>;

export function subscriptionsOf(current: ReturnType<Definitions['current']>): Subscriptions {
  const byType = new Map<string, Subscription[]>();
  for (const { plan, enabled } of current) {
    if (!enabled) continue;
    for (const entry of plan.definition.on?.event ?? []) {
      const same = byType.get(entry.type) ?? [];
      byType.set(entry.type, [...same, subscription(plan, entry)]);
    }
  }
  return byType;
}

type Entry = NonNullable<NonNullable<Plan['definition']['on']>['event']>[number];

function subscription(plan: Plan, entry: Entry): Subscription {
  const where = `on.event (${entry.type})`;
  const condition = entry.if === undefined ? undefined : compileCondition(entry.if, ['event'], where);
  const input = entry.input === undefined ? undefined : compileTemplate(entry.input, ['event'], where);
  return {
    workflow: plan.id,
    matches: (event) => condition?.evaluate({ event }, { success: true, failure: false }) ?? true,
    inputFor: (event) => (input === undefined ? (event['data'] ?? {}) : input.evaluate({ event })),
  };
}
