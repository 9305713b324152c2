import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { WebhookVerify } from '@commandcenter/sdk/definition';
import { parseDuration } from '../../workflow/index.js';

/** A request as it came; nothing of it is believed yet. */
export interface RawDelivery {
  readonly headers: IncomingHttpHeaders;
  /** Signatures are over these bytes, not over what they mean. */
  readonly body: Buffer;
}

/** `late`: signed by who knows the secret, but for another time than now. Only who can sign, or listens in, gets to hear it. */
export type Verdict = 'genuine' | 'late' | 'forged';

const DEFAULT_TOLERANCE = '5m';
const SECONDS = /^\d{1,12}$/;

type Judge = (delivery: RawDelivery, secret: string, verify: WebhookVerify, now: number) => Verdict;

const byScheme: Readonly<Record<WebhookVerify['scheme'], Judge>> = {
  github: ({ headers, body }, secret) => {
    const [, hex = ''] = /^sha256=([0-9a-f]{64})$/i.exec(headerOf(headers, 'x-hub-signature-256')) ?? [];
    return genuineIf(isOneOf([Buffer.from(hex, 'hex')], hmac(secret, body)));
  },

  // https://docs.slack.dev/authentication/verifying-requests-from-slack
  slack: ({ headers, body }, secret, verify, now) => {
    const [, hex = ''] = /^v0=([0-9a-f]{64})$/i.exec(headerOf(headers, 'x-slack-signature')) ?? [];
    const time = headerOf(headers, 'x-slack-request-timestamp');
    if (!isOneOf([Buffer.from(hex, 'hex')], hmac(secret, `v0:${time}:`, body))) return 'forged';
    return inTime(time, verify, now);
  },

  // https://docs.stripe.com/webhooks/signature: while a secret is rolled there is a v1 for the old and one for the new.
  stripe: ({ headers, body }, secret, verify, now) => {
    const parts = headerOf(headers, 'stripe-signature')
      .split(',')
      .map((part) => part.trim());
    const time = parts.find((part) => part.startsWith('t='))?.slice(2) ?? '';
    const given = parts.flatMap((part) => {
      const [, hex] = /^v1=([0-9a-f]{64})$/i.exec(part) ?? [];
      return hex === undefined ? [] : [Buffer.from(hex, 'hex')];
    });
    if (!isOneOf(given, hmac(secret, `${time}.`, body))) return 'forged';
    return inTime(time, verify, now);
  },

  'hmac-sha256': ({ headers, body }, secret, { header = 'X-Signature' }) => {
    const given = signatureOf(headerOf(headers, header.toLowerCase()));
    return genuineIf(isOneOf([given], hmac(secret, body)));
  },

  bearer: ({ headers }, secret, { header = 'Authorization' }) => {
    const value = headerOf(headers, header.toLowerCase());
    const given = header.toLowerCase() === 'authorization' ? (/^Bearer +(\S+)$/i.exec(value)?.[1] ?? '') : value;
    // Of both a hash, so that the time taken tells neither content nor length.
    return genuineIf(given !== '' && isOneOf([hmac('token', given)], hmac('token', secret)));
  },
};

/** Whether the delivery comes from who knows the secret. `now`: milliseconds since 1970. */
export function judge(verify: WebhookVerify, secret: string, delivery: RawDelivery, now: number): Verdict {
  return byScheme[verify.scheme](delivery, secret, verify, now);
}

/** What a signature costs, where there is nothing to verify: how long an answer takes tells nobody which paths there are. */
export function spend({ body }: RawDelivery): void {
  hmac('nobody', body);
}

export function headerOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

/** Hexadecimal or base64, with or without the name of the algorithm before it. */
function signatureOf(text: string): Buffer {
  const bare = text.replace(/^sha256=/i, '');
  if (/^[0-9a-f]{64}$/i.test(bare)) return Buffer.from(bare, 'hex');
  return /^[A-Za-z0-9+/]{43}=$/.test(bare) ? Buffer.from(bare, 'base64') : Buffer.alloc(0);
}

function inTime(time: string, { tolerance = DEFAULT_TOLERANCE }: WebhookVerify, now: number): Verdict {
  if (!SECONDS.test(time)) return 'forged';
  return Math.abs(now - Number(time) * 1_000) <= parseDuration(tolerance)! ? 'genuine' : 'late';
}

function genuineIf(is: boolean): Verdict {
  return is ? 'genuine' : 'forged';
}

function hmac(secret: string, ...parts: readonly (string | Buffer)[]): Buffer {
  const sum = createHmac('sha256', secret);
  for (const part of parts) sum.update(part);
  return sum.digest();
}

/** In a time that does not depend on where they differ. */
function isOneOf(given: readonly Buffer[], right: Buffer): boolean {
  return given.map((one) => one.length === right.length && timingSafeEqual(one, right)).includes(true);
}
