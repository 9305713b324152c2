import type { StoreWriter } from '@commandcenter/sdk';
import {
  type Logger,
  LogLevel,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api';
import { sha256 } from '../item.js';
import { type LinkOptions } from '../message/links.js';
import { plainSlackMessage, slackMessage, slackReply } from '../message/slack.js';
import type { GroupEntry, Message } from '../plan.js';
import { type Channel, ChannelFailure, ContentRefused, retryAfterOf, TIMEOUT_MS } from './channel.js';

const BAD_MESSAGE =
  /invalid_(blocks|attachments|arguments)|too_many_attachments|msg_too_long|msg_blocks_too_long|no_text/;
/** Somebody removed the first message, it is too old to be edited, or it is in a channel that was left for another. */
const GONE =
  /message_not_found|cant_update_message|edit_window_closed|thread_not_found|channel_not_found|is_archived|not_in_channel/;

/** The first message of a group that fires. */
interface FirstMessage {
  readonly channel: string;
  readonly ts: string;
  /** It tells of other groups too and is not edited. */
  readonly merged: boolean;
  /** When it was posted, ms. */
  readonly at?: number;
}

/** Ms. A group that fires for longer begins a new thread. */
const REMEMBERED_MS = 90 * 86_400_000;

/** Whether this is the first message of a group whose end was never told. */
export function isForgotten(value: unknown): boolean {
  const { at, ts } = value as FirstMessage;
  return Date.now() - (at ?? Number(ts) * 1_000) > REMEMBERED_MS;
}

export interface BotTarget {
  readonly name: string;
  readonly channel: string;
  readonly apiUrl?: string | undefined;
}

/** Posts as a bot: what becomes of a group is told in the thread of its first message, which is edited. */
export class SlackBot implements Channel {
  /** A group has a message of its own, to be edited, unless very many wait. */
  readonly mergeFrom = 6;

  constructor(
    private readonly token: () => string,
    private readonly target: BotTarget,
    private readonly links: LinkOptions,
  ) {}

  async send(message: Message, signal: AbortSignal, store: StoreWriter): Promise<void> {
    const client = this.#client(signal);
    const [entry] = message.entries;
    if (message.entries.length === 1 && entry?.kind === 'group') return this.#group(client, message, entry, store);
    const groups = message.entries.filter((one) => one.kind === 'group');
    const edited = new Set<GroupEntry>();
    // Before the message of all: what fails here is done again, and an edit may be.
    for (const one of groups) if (await this.#edit(client, one, store)) edited.add(one);
    const at = await this.#post(client, message);
    for (const one of groups) {
      if (isOver(one) || !edited.has(one)) await this.#remember(store, one, { ...at, merged: true });
    }
  }

  /** Edits the first message of a group that is told together with others; false when it has none of its own. */
  async #edit(client: WebClient, entry: GroupEntry, store: StoreWriter): Promise<boolean> {
    const first = (await store.get(this.#key(entry))) as FirstMessage | undefined;
    if (first === undefined || first.merged || entry.group.parts > 1) return false;
    const { channel, ts } = first;
    try {
      await this.#call(() => client.chat.update({ channel, ts, ...slackMessage({ entries: [entry] }, this.links) }));
      return true;
    } catch (thrown) {
      if (isOutOfReach(thrown)) return false;
      throw thrown;
    }
  }

  async #group(client: WebClient, message: Message, entry: GroupEntry, store: StoreWriter): Promise<void> {
    const first = (await store.get(this.#key(entry))) as FirstMessage | undefined;
    if (first === undefined || !(await this.#follow(client, message, entry, first))) {
      const at = await this.#post(client, message);
      return this.#remember(store, entry, { ...at, merged: false });
    }
    if (isOver(entry)) await store.delete(this.#key(entry));
  }

  /** Edits the first message and replies to it; false when it is gone. */
  async #follow(
    client: WebClient,
    message: Message,
    entry: GroupEntry,
    { channel, ts, merged }: FirstMessage,
  ): Promise<boolean> {
    const whole = slackMessage(message, this.links);
    // An edit takes away what stood there: never another group, or another part of this one.
    const edits = !merged && entry.group.parts === 1;
    try {
      if (edits) await this.#call(() => client.chat.update({ channel, ts, ...whole }));
      const reply = edits ? slackReply(entry) : whole;
      await this.#call(() => client.chat.postMessage({ channel, thread_ts: ts, ...reply }));
      return true;
    } catch (thrown) {
      if (isOutOfReach(thrown)) return false;
      throw thrown;
    }
  }

  async #post(client: WebClient, message: Message): Promise<{ channel: string; ts: string }> {
    const { channel } = this.target;
    let answer;
    try {
      answer = await this.#call(() => client.chat.postMessage({ channel, ...slackMessage(message, this.links) }));
    } catch (thrown) {
      if (!(thrown instanceof ContentRefused)) throw thrown;
      answer = await this.#call(() => client.chat.postMessage({ channel, ...plainSlackMessage(message) }));
    }
    // Edits need the channel's id, which the answer has, also where the options name it.
    return { channel: answer.channel ?? channel, ts: answer.ts ?? '' };
  }

  async #remember(store: StoreWriter, entry: GroupEntry, at: FirstMessage): Promise<void> {
    if (isOver(entry) || at.ts === '') await store.delete(this.#key(entry));
    else await store.set(this.#key(entry), { ...at, at: Date.now() });
  }

  #key({ group: { groupKey } }: GroupEntry): string {
    return `slack/${this.target.name}/${sha256(groupKey)}`;
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (thrown) {
      throw failureOf(thrown);
    }
  }

  #client(signal: AbortSignal): WebClient {
    return new WebClient(this.token(), {
      ...(this.target.apiUrl !== undefined && { slackApiUrl: `${this.target.apiUrl.replace(/\/+$/, '')}/` }),
      // The queue waits, tries again and survives a restart; a second queue in memory would do none of it well.
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: TIMEOUT_MS,
      allowAbsoluteUrls: false,
      logger: silent,
      fetch: async (url, init = {}) => {
        const ends = [signal, AbortSignal.timeout(TIMEOUT_MS), ...(init.signal ? [init.signal] : [])];
        const response = await fetch(url, { ...init, signal: AbortSignal.any(ends) });
        return response.status === 429 ? limited(response) : response;
      },
    });
  }
}

/** The last that is told of a group; the parts of a large end go to one thread. */
const isOver = ({ group }: GroupEntry) => group.status === 'resolved' && group.part === group.parts;

/** Told in a new message instead. */
const isOutOfReach = (thrown: unknown) =>
  thrown instanceof ContentRefused || (thrown instanceof ChannelFailure && GONE.test(thrown.message));

/** The library reads whole seconds only, however many; 0 = nothing was asked for. */
async function limited(response: Response): Promise<Response> {
  await response.body?.cancel();
  const seconds = retryAfterOf(response.headers.get('retry-after')) ?? 0;
  return new Response(null, { status: 429, headers: { 'retry-after': String(Math.ceil(seconds)) } });
}

function failureOf(thrown: unknown): Error {
  if (thrown instanceof WebAPIRateLimitedError) {
    return new ChannelFailure('Slack answered 429', { retryAfter: thrown.retryAfter, cause: thrown });
  }
  if (thrown instanceof WebAPIHTTPError) {
    const retryAfter = retryAfterOf(thrown.headers['retry-after'] ?? null);
    return new ChannelFailure(`Slack answered ${thrown.statusCode}`, {
      retryAfter,
      needsHelp: thrown.statusCode < 500,
    });
  }
  if (!(thrown instanceof WebAPIPlatformError)) return new ChannelFailure('Slack does not answer', { cause: thrown });
  const { error } = thrown.data;
  const said = `Slack answered ${error}`;
  if (BAD_MESSAGE.test(error)) return new ContentRefused(said, { needsHelp: true });
  const passing = /ratelimited|internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org/.test(
    error,
  );
  return new ChannelFailure(said, { needsHelp: !passing });
}

const nothing = () => {};
/** What it would say is in the errors it throws. */
const silent: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};
