import type { WebhookTrigger } from '@commandcenter/sdk/definition';
import type { Definitions } from '../../definitions/index.js';
import { canonicalJson, compileCondition, compileTemplate, type Plan } from '../../workflow/index.js';
import { webhookEvent, type Delivery } from './delivery.js';
import type { WebhookOccasion } from './webhook-starts.js';

/** One entry of `on.webhook` of an enabled workflow. */
export interface WebhookRoute {
  readonly workflow: string;
  readonly entry: WebhookTrigger;
  /** Equal for entries that verify alike: what is one question is asked once. */
  readonly how: string;
  /** undefined: the delivery is not for this entry. Throws CC_REQUEST_INVALID and CC_EXPRESSION_FAILED. */
  occasionOf(delivery: Delivery): WebhookOccasion | undefined;
}

/** By path; entries of one workflow stand in the order of its file. */
export type WebhookRoutes = ReadonlyMap<string, readonly WebhookRoute[]>;

export function webhookRoutes(current: ReturnType<Definitions['current']>): WebhookRoutes {
  const byPath = new Map<string, WebhookRoute[]>();
  for (const { plan, enabled } of current) {
    if (!enabled) continue;
    for (const entry of plan.definition.on?.webhook ?? []) {
      byPath.set(entry.path, [...(byPath.get(entry.path) ?? []), routeOf(plan, entry)]);
    }
  }
  return byPath;
}

function routeOf(plan: Plan, entry: WebhookTrigger): WebhookRoute {
  const where = `on.webhook (${entry.path})`;
  const condition = entry.if === undefined ? undefined : compileCondition(entry.if, ['event'], where);
  const input = entry.input === undefined ? undefined : compileTemplate(entry.input, ['event'], where);
  return {
    workflow: plan.id,
    entry,
    how: canonicalJson(entry.verify),
    occasionOf(delivery) {
      const event = webhookEvent(entry, delivery);
      // GitHub's way of asking whether anybody is there, once, when the webhook is made.
      if (entry.verify.scheme === 'github' && event.type === 'ping') return undefined;
      if (condition?.evaluate({ event }, { success: true, failure: false }) === false) return undefined;
      return {
        input: input === undefined ? (event.data ?? {}) : input.evaluate({ event }),
        trigger: { kind: 'webhook', by: entry.path, event },
        // Two senders may count their deliveries from 1, each at its own path.
        key: event.id === undefined ? undefined : `${entry.path} ${event.id}`,
      };
    },
  };
}
