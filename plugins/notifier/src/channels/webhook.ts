import { createHmac } from 'node:crypto';
import type { Entry, Message } from '../plan.js';
import { type LinkOptions } from '../message/links.js';
import { plainOf } from '../message/plain.js';
import { type Channel, ChannelFailure, ContentRefused, retryAfterOf, TIMEOUT_MS } from './channel.js';

/** Of this request and not of any: bad request, too large, unprocessable. */
const CONTENT: ReadonlySet<number> = new Set([400, 413, 422]);

/** Posts JSON, signed where there is a secret: HMAC-SHA256 over `<timestamp>.<body>`. */
export class Webhook implements Channel {
  readonly mergeFrom = 2;

  constructor(
    private readonly url: string,
    private readonly secret: () => string | undefined,
    private readonly links: LinkOptions,
  ) {}

  async send({ entries, id }: Message, signal: AbortSignal): Promise<void> {
    const body = JSON.stringify({ version: 1, id, messages: entries.map((entry) => this.#message(entry)) });
    const secret = this.secret();
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature =
      secret === undefined ? undefined : createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
    const response = await this.#post(body, signal, {
      'content-type': 'application/json',
      'x-commandcenter-delivery': id,
      'x-commandcenter-timestamp': timestamp,
      ...(signature !== undefined && { 'x-commandcenter-signature': `sha256=${signature}` }),
    });
    await response.body?.cancel();
    if (response.ok) return;
    const { status } = response;
    if (CONTENT.has(status)) throw new ContentRefused(`the webhook answered ${status}`, { needsHelp: true });
    const passing = status === 408 || status === 425 || status === 429 || status >= 500;
    const retryAfter = retryAfterOf(response.headers.get('retry-after'));
    throw new ChannelFailure(`the webhook answered ${status}`, { retryAfter, needsHelp: !passing });
  }

  async #post(body: string, signal: AbortSignal, headers: Record<string, string>): Promise<Response> {
    try {
      const ends = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      return await fetch(this.url, { method: 'POST', body, headers, redirect: 'manual', signal: ends });
    } catch (cause) {
      throw new ChannelFailure('the webhook does not answer', { cause });
    }
  }

  #message(entry: Entry) {
    const { title, lines, links } = plainOf(entry, this.links);
    const said = { title, text: lines.join('\n'), links };
    if (entry.kind === 'text') return { ...said, ...entry.text };
    const { groupKey, status, reason, groupLabels, alerts, truncated, part, parts } = entry.group;
    return {
      kind: 'group',
      ...said,
      groupKey,
      status,
      reason,
      groupLabels,
      alerts,
      earlier: entry.earlier,
      truncated,
      part,
      parts,
    };
  }
}
