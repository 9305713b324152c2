/** What waits in a plugin's queue until it is handled. */
export interface NewQueueItem {
  /** Names a lane: items of one lane are handled in the order they came, by one handler at a time in the whole fleet. */
  readonly lane: string;
  /** Unique in the plugin's queue: added again, also within seven days after it was handled, it is a duplicate. */
  readonly id: string;
  /** JSON, 256 KiB at most. */
  readonly data: unknown;
}

export interface QueueItem<Data = unknown> {
  readonly id: string;
  readonly data: Data;
  readonly addedAt: Date;
}

export interface QueueBatch<Data = unknown> {
  readonly lane: string;
  /** What waits in the lane, oldest first, no more than `batch` of the handler's options. */
  readonly items: readonly QueueItem<Data>[];
  /** How many items of the lane wait beyond these. */
  readonly more: number;
  /** Deliveries of this lane that failed in a row before this one. */
  readonly failures: number;
  /** Aborted when the hub stops or the handler's time is over. */
  readonly signal: AbortSignal;
  /** Writes here are committed together with the outcome, or not at all. */
  readonly store: StoreWriter;
}

export interface StoreWriter {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
}

export interface QueueOutcome {
  /** Ids of the items that are done; all of the batch when left out. The others stay where they are. */
  readonly done?: readonly string[];
  /** Milliseconds for which the lane rests before its next batch, also across restarts and replicas. */
  readonly restMs?: number;
}

/**
 * Throw to leave the batch in the queue: the lane rests for the `retryAfter` of a RetryableError, else for a time that
 * doubles from 1 s to 1 min with each failure, and is tried for ever. At least once: a hub killed between what the handler
 * did outside and the commit of its outcome hands the same items out again.
 */
export type QueueHandler<Data = unknown> = (batch: QueueBatch<Data>) => Promise<QueueOutcome | void>;

export interface QueueOptions {
  /** Items handed out at once; 100 when left out, 1,000 at most. */
  readonly batch?: number;
  /** Milliseconds a handler may take before it is aborted; 30,000 when left out, 60,000 at most. */
  readonly timeoutMs?: number;
}

export interface LaneState {
  readonly lane: string;
  readonly waiting: number;
  readonly oldestAt: Date;
  /** Deliveries that failed in a row. */
  readonly failures: number;
}
