import { createHash } from 'node:crypto';
import type { AlertTrigger } from '@commandcenter/sdk/definition';
import { canonicalJson, compileCondition, compileTemplate, parseDuration, type Plan } from '../workflow/index.js';
import type { Subscription } from './subscription.js';

/** What the notifier publishes for each alert that Alertmanager sends it. */
export const ALERT_EVENT = 'alertmanager.alert';
/** Only the hub gives a plugin's events this source, so an alert from elsewhere starts nothing here. */
const ALERT_SOURCE = '/plugins/notifier';

interface Alert {
  readonly status: unknown;
  readonly labels: Readonly<Record<string, unknown>>;
}

/** One `on.alert` entry. */
export function alertSubscription(plan: Plan, entry: AlertTrigger): Subscription {
  const where = 'on.alert';
  const condition = entry.if === undefined ? undefined : compileCondition(entry.if, ['event'], where);
  const input = entry.input === undefined ? undefined : compileTemplate(entry.input, ['event'], where);
  const target = entry.target === undefined ? undefined : compileTemplate(entry.target, ['event'], where);
  const wanted = Object.entries(entry.match ?? {});
  const limits = {
    entry: nameOf(entry),
    cooldownMs: entry.cooldown === undefined ? undefined : parseDuration(entry.cooldown),
    guard: entry.guard && { max: entry.guard.max, windowMs: parseDuration(entry.guard.window)! },
  };
  return {
    workflow: plan.id,
    kind: 'alert',
    occasionOf({ event, source, id }) {
      const alert = source === ALERT_SOURCE ? alertOf(event['data']) : undefined;
      if (alert === undefined || alert.status !== (entry.status ?? 'firing')) return undefined;
      if (!wanted.every(([label, value]) => Object.hasOwn(alert.labels, label) && alert.labels[label] === value))
        return undefined;
      if (condition?.evaluate({ event }, { success: true, failure: false }) === false) return undefined;
      const name = textOf(alert.labels['alertname']);
      return {
        input: input === undefined ? event['data'] : input.evaluate({ event }),
        // The event's id is fingerprint/startsAt/status: this alert, since then, at this end of it.
        key: id,
        trigger: { kind: 'alert', by: name, event },
        ask: {
          workflow: plan.id,
          occurrence: id,
          target: target === undefined ? '' : textOf(target.evaluate({ event })),
          alert: name,
          ...limits,
        },
      };
    },
  };
}

/** By content: an entry keeps its cooldown and guard when others move, or when only the limits change. */
function nameOf({ match = {}, status = 'firing', if: condition = true, target = '' }: AlertTrigger): string {
  const content = canonicalJson({ match, status, if: condition, target });
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}

function alertOf(data: unknown): Alert | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { status, labels } = data as { status?: unknown; labels?: unknown };
  return typeof labels === 'object' && labels !== null ? { status, labels: labels as Alert['labels'] } : undefined;
}

/** Short enough for an index, and free of what PostgreSQL cannot store. */
function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return text.replaceAll('\0', '').slice(0, 500);
}
