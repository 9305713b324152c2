import {
  PluginLogger,
  PluginMetrics,
  PluginQueue,
  type QueueBatch,
  type QueueOutcome,
  RetryableError,
} from '@commandcenter/sdk';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ChannelFailure } from './channels/channel.js';
import { Channels } from './channels/channels.js';
import type { Item } from './item.js';
import { nextMessage } from './plan.js';

/** Slack takes one message a second and channel. */
const REST_MS = 1_000;
/** Looked at together: what of them belongs to one group becomes one message. */
const BATCH = 200;

/** Delivers what waits, one message at a time for each channel, until it is delivered. */
@Injectable()
export class Courier implements OnModuleInit {
  /** What was logged of a channel since it last worked: said once, not at each attempt. */
  readonly #said = new Map<string, string>();

  constructor(
    private readonly queue: PluginQueue,
    private readonly channels: Channels,
    private readonly metrics: PluginMetrics,
    private readonly logger: PluginLogger,
  ) {}

  onModuleInit(): void {
    this.queue.handle<Item>((batch) => this.#deliver(batch), { batch: BATCH, timeoutMs: 30_000 });
    this.metrics.watch('notifier_queue_waiting', () => this.#lanes(({ waiting }) => waiting));
    this.metrics.watch('notifier_queue_oldest_seconds', () =>
      this.#lanes(({ oldestAt }) => Math.max(0, (Date.now() - oldestAt.getTime()) / 1_000)),
    );
  }

  async #deliver({ lane, items, signal, store }: QueueBatch<Item>): Promise<QueueOutcome> {
    try {
      const channel = this.channels.get(lane);
      const message = nextMessage(items, channel.mergeFrom);
      await channel.send(message, signal, store);
      this.#delivered(lane, items, message.done);
      return { done: message.done, restMs: REST_MS };
    } catch (thrown) {
      this.metrics.add('notifier_messages_total', 1, { channel: lane, outcome: 'failed' });
      this.#sayOnce(lane, thrown);
      const { message, retryAfter } = thrown as { message: string; retryAfter?: number };
      throw new RetryableError(`${lane}: ${message}`, {
        cause: thrown,
        ...(retryAfter !== undefined && { retryAfter }),
      });
    }
  }

  #delivered(lane: string, items: QueueBatch<Item>['items'], done: readonly string[]): void {
    this.metrics.add('notifier_messages_total', 1, { channel: lane, outcome: 'delivered' });
    const ids = new Set(done);
    for (const { id, addedAt } of items) {
      if (!ids.has(id)) continue;
      const seconds = Math.max(0, (Date.now() - addedAt.getTime()) / 1_000);
      this.metrics.record('notifier_delivery_seconds', seconds, { channel: lane });
    }
    if (this.#said.delete(lane)) this.logger.info(`Channel ${lane} takes messages again`);
  }

  #sayOnce(lane: string, thrown: unknown): void {
    const { message } = thrown as Error;
    if (this.#said.get(lane) === message) return;
    this.#said.set(lane, message);
    const needsHelp = thrown instanceof ChannelFailure && thrown.needsHelp;
    const text = `Channel ${lane}: ${message}. Its messages wait and are tried again`;
    if (needsHelp) this.logger.error(text);
    else this.logger.warn(text);
  }

  /** Also channels with nothing waiting: a series that is not there cannot raise an alert. */
  async #lanes(read: (lane: { waiting: number; oldestAt: Date }) => number) {
    const waiting = new Map((await this.queue.lanes()).map((lane) => [lane.lane, read(lane)]));
    const names = new Set([...this.channels.names, ...waiting.keys()]);
    return [...names].map((channel) => ({ value: waiting.get(channel) ?? 0, labels: { channel } }));
  }
}
