import type { MetricSpec } from '@commandcenter/sdk';

/** By channel: the names of the options. */
const channel = null;

export const metrics = {
  notifier_notifications_total: {
    kind: 'counter',
    unit: '{notification}',
    description: 'Notifications of Alertmanager, by what became of them',
    labels: { result: ['accepted', 'duplicate', 'refused'] },
  },
  notifier_messages_total: {
    kind: 'counter',
    unit: '{message}',
    description: 'Attempts to deliver a message; a failed one is tried again',
    labels: { channel, outcome: ['delivered', 'failed'] },
  },
  notifier_queue_oldest_seconds: {
    kind: 'gauge',
    unit: 's',
    description: 'Age of the oldest notification that waits for a channel',
    labels: { channel },
  },
  notifier_queue_waiting: {
    kind: 'gauge',
    unit: '{notification}',
    description: 'Notifications that wait for a channel',
    labels: { channel },
  },
  notifier_delivery_seconds: {
    kind: 'histogram',
    unit: 's',
    description: 'From accepted to delivered',
    labels: { channel },
    boundaries: [0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600],
  },
} satisfies Record<string, MetricSpec>;
