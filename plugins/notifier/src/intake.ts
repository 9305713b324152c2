import { HubEvents, PluginMetrics, PluginOptions, PluginQueue, PluginStore } from '@commandcenter/sdk';
import { Injectable } from '@nestjs/common';
import { isForgotten } from './channels/slack-bot.js';
import { forgetOld } from './forget.js';
import { cut, oneLine } from './message/texts.js';
import { contentKey, groupItems, sha256 } from './item.js';
import type { NotifierOptions } from './options.js';
import type { Alert, Notification } from './payload.js';
import { channelsFor } from './routing.js';

/**
 * The same content again within this time (ms) is a retry or the twin of a highly available Alertmanager; later it is a
 * reminder. Alertmanager retries within a minute; nobody should repeat more often than this.
 */
const RETRY_WINDOW_MS = 10 * 60_000;

/** In one call to the queue. */
const MOST_ITEMS = 1_000;

interface Occasion {
  readonly content: string;
  readonly at: number;
}

/** Takes notifications: all of it is durable when `take` returns. */
@Injectable()
export class Intake {
  constructor(
    private readonly queue: PluginQueue,
    private readonly events: HubEvents,
    private readonly store: PluginStore,
    private readonly metrics: PluginMetrics,
    private readonly options: PluginOptions<NotifierOptions>,
  ) {}

  async take(notification: Notification): Promise<{ channels: string[]; duplicate: boolean }> {
    const content = contentKey(notification);
    const at = await this.#occasion(notification, content);
    const channels = this.#channels(notification);
    const items = groupItems(notification, `${content} ${at}`, channels);
    let added = 0;
    // What one call takes; a retry after a kill in between finds the first ones known.
    for (let n = 0; n < items.length; n += MOST_ITEMS)
      added += (await this.queue.add(items.slice(n, n + MOST_ITEMS))).added;
    const { accepted } = await this.events.publish(eventsOf(notification));
    const duplicate = added + accepted === 0;
    this.metrics.add('notifier_notifications_total', 1, { result: duplicate ? 'duplicate' : 'accepted' });
    return { channels, duplicate };
  }

  /** Of the group as a whole, and of each of its alerts: one may have a label the others lack. */
  #channels({ commonLabels, groupLabels, alerts }: Notification): string[] {
    const { routes } = this.options.value;
    const all = { ...groupLabels, ...commonLabels };
    const channels = new Set<string>();
    for (const { labels } of alerts) for (const name of channelsFor({ ...all, ...labels }, routes)) channels.add(name);
    return [...channels];
  }

  /** When this content was first said, ms; kept before anything is queued, so that a retry after a crash finds it. */
  async #occasion({ groupKey, receiver }: Notification, content: string): Promise<number> {
    const hash = sha256(JSON.stringify([groupKey, receiver]));
    const key = `said/${hash}`;
    const known = ((await this.store.get(key)) ?? []) as Occasion[];
    const now = Date.now();
    const isRecent = ({ at }: Occasion) => now - at < RETRY_WINDOW_MS;
    const recent = known.filter(isRecent);
    const same = recent.find((one) => one.content === content);
    if (same) return same.at;
    // By the minute: twins that two replicas take in the same instant still agree.
    const at = Math.floor(now / 60_000) * 60_000;
    await this.store.set(key, [...recent, { content, at }].slice(-20));
    if (known.length === 0) await this.#forget(hash, (value) => !(value as Occasion[]).some(isRecent));
    return at;
  }

  /** A group of pods that are gone never comes again. */
  async #forget(hash: string, isOver: (value: unknown) => boolean): Promise<void> {
    await forgetOld(this.store, 'said/', hash, isOver);
    for (const [name, { type }] of Object.entries(this.options.value.channels)) {
      if (type === 'slack-bot') await forgetOld(this.store, `slack/${name}/`, hash, isForgotten);
    }
  }
}

function eventsOf({ groupKey, alerts }: Notification) {
  const events = alerts.map((alert) => ({
    id: `${alert.fingerprint}/${alert.startsAt}/${alert.status}`,
    type: 'alertmanager.alert',
    subject: subjectOf(alert),
    data: { ...alert, groupKey },
  }));
  return [...new Map(events.map((event) => [event.id, event])).values()];
}

/** A label may have several lines; the subject of an event has no control character. */
function subjectOf({ labels, fingerprint }: Alert): string {
  const name = Object.hasOwn(labels, 'alertname') ? labels['alertname'] : undefined;
  return cut(oneLine(name ?? '') || fingerprint, 200);
}
