import type { LogFields, Logger } from './action-context.js';
import type { MetricLabels, MetricReading } from './metrics.js';
import type { LaneState, NewQueueItem, QueueHandler, QueueOptions, StoreWriter } from './queue.js';

/**
 * What the hub gives a plugin by injection; write the class as the type of a constructor parameter.
 *
 * These classes are also the injection tokens, and every copy of this package has its own. That works because
 * `definePlugin` hands the copy's own classes (`ports` below) to the hub with the manifest, and the hub binds those.
 */
export abstract class PluginOptions<Options = unknown> {
  /** What commandcenter.yaml gave this plugin, validated by the plugin's schema, frozen. */
  abstract readonly value: Options;
}

/** Writes to the hub's log under the plugin's name; inside an action use `ctx.logger`, which writes to the step's log. */
export abstract class PluginLogger implements Logger {
  abstract debug(message: string, fields?: LogFields): void;
  abstract info(message: string, fields?: LogFields): void;
  abstract warn(message: string, fields?: LogFields): void;
  abstract error(message: string, fields?: LogFields): void;
}

export abstract class PluginSecrets {
  /** The value of a secret granted to this plugin; throws for any other. Ask at each use: values may be rotated. */
  abstract get(name: string): string;
  /**
   * The text with every secret the hub knows, however it is written, replaced by `***`. The hub does so itself with all that
   * leaves a step, but it does not know a part of a secret: redact before you cut.
   */
  abstract redact(text: string): string;
  /** Bytes that any of them takes at most. Where the beginning of a stream is let go, keep so many more until it is redacted. */
  abstract readonly longest: number;
}

export interface PublishedEvent {
  /** Makes it the same event when it is published again; the source is `/plugins/<name>`. */
  readonly id: string;
  readonly type: string;
  readonly subject?: string;
  readonly time?: Date;
  readonly data?: unknown;
}

/** Publishes events of the plugin itself; a step's events go by `ctx.emit`. */
export abstract class HubEvents {
  /** All or none, durable when this returns. Throws CC_EVENT_INVALID with every problem by path. */
  abstract publish(
    events: readonly PublishedEvent[],
  ): Promise<{ readonly accepted: number; readonly duplicate: number }>;
}

/** A durable queue of the plugin's own, shared by all replicas. */
export abstract class PluginQueue {
  /** All or none, durable when this returns. */
  abstract add(items: readonly NewQueueItem[]): Promise<{ readonly added: number; readonly duplicate: number }>;
  /** Says who handles batches; once, in `onModuleInit`. Called on replicas that run steps; several lanes run at once. */
  abstract handle<Data>(handler: QueueHandler<Data>, options?: QueueOptions): void;
  /** Lanes with something waiting. */
  abstract lanes(): Promise<readonly LaneState[]>;
}

/** Small durable records of the plugin's own. Last write wins. */
export abstract class PluginStore implements StoreWriter {
  /** undefined when there is none. */
  abstract get(key: string): Promise<unknown>;
  /** JSON, 256 KiB at most; keys have 500 characters at most. */
  abstract set(key: string, value: unknown): Promise<void>;
  abstract delete(key: string): Promise<void>;
  /** In the order of their keys, which start with `prefix`; the first 1,000. */
  abstract list(prefix: string): Promise<readonly { readonly key: string; readonly value: unknown }[]>;
}

/** The instruments that the manifest declares under `metrics`. Throws for a name or a label that is not declared. */
export abstract class PluginMetrics {
  /** Adds to a counter. */
  abstract add(name: string, value: number, labels?: MetricLabels): void;
  /** Records into a histogram. */
  abstract record(name: string, value: number, labels?: MetricLabels): void;
  /** Reads a gauge when somebody scrapes. */
  abstract watch(name: string, read: () => readonly MetricReading[] | Promise<readonly MetricReading[]>): void;
}

export const ports = Object.freeze({
  PluginOptions,
  PluginLogger,
  PluginSecrets,
  HubEvents,
  PluginQueue,
  PluginStore,
  PluginMetrics,
});

export type Ports = typeof ports;
