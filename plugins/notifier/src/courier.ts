import {
  PluginLogger,
  PluginMetrics,
  PluginQueue,
  type QueueBatch,
  type QueueOutcome,
  RetryableError,
} from '@commandcenter/sdk';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Channel, ChannelFailure, ContentRefused } from './channels/channel.js';
import { Channels } from './channels/channels.js';
import type { Item } from './item.js';
import { type Message, nextMessage } from './plan.js';

/** Slack takes one message a second and channel. */
const REST_MS = 1_000;
/** Looked at together: what of them belongs to one group becomes one message. */
const BATCH = 200;

/** Ends the lane of what a channel refuses for what it says; no channel has such a name. */
const ASIDE = ':refused';

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

  async #deliver(batch: QueueBatch<Item>): Promise<QueueOutcome> {
    const { lane } = batch;
    try {
      const aside = lane.endsWith(ASIDE);
      const channel = this.channels.get(aside ? lane.slice(0, -ASIDE.length) : lane);
      const { done } = await (aside ? this.#sendInTurn(channel, batch) : this.#send(channel, batch));
      return { done, restMs: REST_MS };
    } catch (thrown) {
      this.#failed(lane, thrown);
      const { message, retryAfter } = thrown as { message: string; retryAfter?: number };
      throw new RetryableError(`${lane}: ${message}`, {
        cause: thrown,
        ...(retryAfter !== undefined && { retryAfter }),
      });
    }
  }

  /** The next message. One that is refused for what it says goes out of the way of those behind it. */
  async #send(channel: Channel, { lane, items, signal, store }: QueueBatch<Item>): Promise<Message> {
    const message = nextMessage(items, channel.mergeFrom);
    // Of several groups one is to blame: told alone, the others are delivered.
    const alone = message.entries.length > 1 ? nextMessage(items, Infinity) : message;
    for (const one of new Set([message, alone])) {
      try {
        await channel.send(one, signal, store);
        this.#delivered(lane, items, one.done);
        return one;
      } catch (thrown) {
        if (!(thrown instanceof ContentRefused)) throw thrown;
        if (one !== alone) continue;
        await this.#setAside(lane, items, one.done);
        this.#failed(`${lane}${ASIDE}`, thrown);
      }
    }
    return alone;
  }

  /** Of what was set aside: each alone and in turn, so that one that is never taken keeps none of the others. */
  async #sendInTurn(channel: Channel, { lane, items, failures, signal, store }: QueueBatch<Item>): Promise<Message> {
    const message = nextMessage(items.slice(failures % items.length), Infinity);
    await channel.send(message, signal, store);
    this.#delivered(lane, items, message.done);
    return message;
  }

  /** Durable before the batch is done; a hub that is killed in between finds the items known. */
  async #setAside(lane: string, items: QueueBatch<Item>['items'], ids: readonly string[]): Promise<void> {
    const refused = items.filter(({ id }) => ids.includes(id));
    await this.queue.add(refused.map(({ id, data }) => ({ lane: `${lane}${ASIDE}`, id: `${id}${ASIDE}`, data })));
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

  /** Counted at each attempt, said once. */
  #failed(lane: string, thrown: unknown): void {
    this.metrics.add('notifier_messages_total', 1, { channel: lane, outcome: 'failed' });
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
