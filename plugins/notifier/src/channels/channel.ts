import type { StoreWriter } from '@commandcenter/sdk';
import type { Message } from '../plan.js';

/** Where messages go. */
export interface Channel {
  /** Groups that share a message from this number on. */
  readonly mergeFrom: number;
  /** Throws ChannelFailure when it was not delivered. */
  send(message: Message, signal: AbortSignal, store: StoreWriter): Promise<void>;
}

/** Longest wait for an answer of the other side, ms. Two requests fit into the handler's 30 s. */
export const TIMEOUT_MS = 10_000;

export interface ChannelFailureOptions extends ErrorOptions {
  /** Seconds the other side asked for. */
  readonly retryAfter?: number | undefined;
  /** Somebody has to change something: options, a secret, the other side. */
  readonly needsHelp?: boolean;
}

/** Not delivered; it waits and is tried again. */
export class ChannelFailure extends Error {
  readonly retryAfter: number | undefined;
  readonly needsHelp: boolean;

  constructor(message: string, { retryAfter, needsHelp = false, ...options }: ChannelFailureOptions = {}) {
    super(message, options);
    this.name = 'ChannelFailure';
    this.retryAfter = retryAfter;
    this.needsHelp = needsHelp;
  }
}

/** Refused for what it says, in every form the channel has; another message may be taken. */
export class ContentRefused extends ChannelFailure {}

/** Seconds, also from a date; undefined when it says neither. */
export function retryAfterOf(header: string | null, now = Date.now()): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1_000;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3_600) : undefined;
}
