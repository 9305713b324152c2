import type { Json } from './check.ts';

export interface SlackMessage {
  /** Slack's id of a message in its channel: seconds and microseconds, growing. */
  readonly ts: string;
  /** Of `/services/...`, the path; else what the caller named. */
  readonly channel: string;
  /** When it was accepted, in milliseconds since 1970. */
  readonly time: number;
  readonly via: 'webhook' | 'api';
  readonly threadTs?: string;
  /** What it says now. */
  readonly payload: Json;
  /** What it said before, oldest first. */
  readonly edits: readonly { readonly time: number; readonly payload: Json }[];
}

const kept = 1_000;
const keptEdits = 20;

/** The last 1,000 accepted messages, in order. */
export class Mailbox {
  #messages: SlackMessage[] = [];
  #lastTs = 0;
  /** Grows with every change: the page asks for it to know when to load again. */
  version = 0;

  get messages(): readonly SlackMessage[] {
    return this.#messages;
  }

  add(channel: string, via: SlackMessage['via'], payload: Json): SlackMessage {
    const time = Date.now();
    // In microseconds, never twice the same.
    this.#lastTs = Math.max(time * 1_000, this.#lastTs + 1);
    const digits = String(this.#lastTs);
    const ts = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
    const threadTs = payload['thread_ts'];
    const message: SlackMessage = {
      ...{ ts, channel, time, via, payload, edits: [] },
      ...(typeof threadTs === 'string' && { threadTs }),
    };
    this.#messages = [...this.#messages.slice(1 - kept), message];
    this.version++;
    return message;
  }

  /** False when there is no such message. */
  edit(channel: string, ts: string, payload: Json): boolean {
    const at = this.#messages.findIndex((message) => message.ts === ts && message.channel === channel);
    const old = this.#messages[at];
    if (old === undefined) return false;
    const edits = [...old.edits, { time: Date.now(), payload: old.payload }].slice(-keptEdits);
    this.#messages[at] = { ...old, payload, edits };
    this.version++;
    return true;
  }

  clear(): void {
    this.#messages = [];
    this.version++;
  }
}
