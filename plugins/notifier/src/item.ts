import { createHash } from 'node:crypto';
import type { NewQueueItem } from '@commandcenter/sdk';
import type { Alert, Notification } from './payload.js';

/** What Alertmanager said of a group of alerts, as it waits for one channel. */
export interface GroupItem {
  readonly kind: 'group';
  readonly groupKey: string;
  readonly status: 'firing' | 'resolved';
  readonly reason: string;
  readonly externalURL: string;
  readonly groupLabels: Readonly<Record<string, string>>;
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly commonAnnotations: Readonly<Record<string, string>>;
  readonly alerts: readonly Alert[];
  /** Alerts that Alertmanager left out. */
  readonly truncated: number;
  /** From 1; more than one where a notification does not fit into one item. */
  readonly part: number;
  readonly parts: number;
}

/** What a workflow said with `notifier.send`. */
export interface TextItem {
  readonly kind: 'text';
  readonly text: string;
  readonly title?: string | undefined;
  readonly severity?: string | undefined;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

export type Item = GroupItem | TextItem;

/** Of an item's JSON, bytes; the queue takes 256 KiB. */
const LARGEST_ITEM = 240 * 1_024;
/** Of one item: each has a line of its own in the message. */
const MOST_ALERTS = 40;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same for a retry and for the twin of a highly available Alertmanager, whatever the order of their alerts. */
export function contentKey({ groupKey, status, notification_reason: reason, alerts }: Notification): string {
  const states = alerts.map((alert) => `${alert.fingerprint} ${alert.status} ${alert.startsAt}`).sort();
  return sha256(JSON.stringify([groupKey, status, reason, states]));
}

/** Of each channel one item, or several where the alerts do not fit into one. */
export function groupItems(notification: Notification, key: string, channels: readonly string[]): NewQueueItem[] {
  const { groupKey, status, externalURL, groupLabels, commonLabels, commonAnnotations } = notification;
  const common = { groupKey, status, externalURL, groupLabels, commonLabels, commonAnnotations };
  const room = LARGEST_ITEM - bytes(common) - 500;
  const chunks = inChunks(notification.alerts, room);
  return channels.flatMap((lane) =>
    chunks.map((alerts, n) => {
      const data: GroupItem = {
        kind: 'group',
        ...common,
        reason: notification.notification_reason,
        alerts,
        truncated: notification.truncatedAlerts,
        part: n + 1,
        parts: chunks.length,
      };
      return { lane, id: sha256(`${key} ${lane} ${n}`), data };
    }),
  );
}

function inChunks(alerts: readonly Alert[], room: number): Alert[][] {
  const chunks: Alert[][] = [[]];
  let used = 0;
  for (const alert of alerts) {
    const size = bytes(alert) + 1;
    if (used > 0 && (used + size > room || chunks.at(-1)!.length === MOST_ALERTS)) {
      chunks.push([]);
      used = 0;
    }
    chunks.at(-1)!.push(alert);
    used += size;
  }
  return chunks;
}

const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
