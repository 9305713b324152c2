import { type FetchFunction, IncomingWebhook, IncomingWebhookHTTPError } from '@slack/webhook';
import { type LinkOptions } from '../message/links.js';
import { plainSlackMessage, type SlackMessage, slackMessage } from '../message/slack.js';
import type { Message } from '../plan.js';
import { type Channel, ChannelFailure, ContentRefused, retryAfterOf, TIMEOUT_MS } from './channel.js';

/** Slack's answers to a message that it will never take as it is. */
const BAD_MESSAGE = /invalid_(blocks|attachments|payload)|too_many_attachments|msg_too_long|no_text/;

/** Posts to an incoming webhook, which can neither edit nor thread. */
export class SlackWebhook implements Channel {
  readonly mergeFrom = 2;

  constructor(
    private readonly url: () => string,
    private readonly links: LinkOptions,
  ) {}

  async send(message: Message, signal: AbortSignal): Promise<void> {
    try {
      await this.#post(slackMessage(message, this.links), signal);
    } catch (thrown) {
      if (!(thrown instanceof ContentRefused)) throw thrown;
      await this.#post(plainSlackMessage(message), signal);
    }
  }

  async #post(message: SlackMessage | { readonly text: string }, signal: AbortSignal): Promise<void> {
    let retryAfter: number | undefined;
    // The library's error does not carry the headers of a 429.
    const listening: FetchFunction = async (url, init = {}) => {
      const ends = [signal, AbortSignal.timeout(TIMEOUT_MS), ...(init.signal ? [init.signal] : [])];
      const response = await fetch(url, { ...init, signal: AbortSignal.any(ends) });
      retryAfter = retryAfterOf(response.headers.get('retry-after'));
      return response;
    };
    try {
      await new IncomingWebhook(this.url(), { fetch: listening, timeout: TIMEOUT_MS }).send(message);
    } catch (thrown) {
      throw failureOf(thrown, retryAfter);
    }
  }
}

function failureOf(thrown: unknown, retryAfter: number | undefined): Error {
  if (!(thrown instanceof IncomingWebhookHTTPError)) {
    // Never the message of a network error's cause alone: it may name the address, which is a secret.
    return thrown instanceof ChannelFailure ? thrown : new ChannelFailure('Slack does not answer', { cause: thrown });
  }
  const { statusCode, body } = thrown;
  const said = `Slack answered ${statusCode} ${body.slice(0, 100)}`;
  if (statusCode === 429 || statusCode >= 500) return new ChannelFailure(said, { retryAfter });
  if (BAD_MESSAGE.test(body)) return new ContentRefused(said, { needsHelp: true });
  return new ChannelFailure(said, { needsHelp: true });
}
