import type { WebhookTrigger } from '@commandcenter/sdk/definition';
import { CcError } from '../../errors/index.js';
import { safeHeaders } from './event-headers.js';
import { headerOf, type RawDelivery } from './signature.js';

/** A delivery whose sender is known. */
export interface Delivery extends RawDelivery {
  /** The body, read: JSON, the fields of a form, a text, or null. */
  readonly data: unknown;
  readonly receivedAt: Date;
}

/** What expressions see as `event`. */
export interface WebhookEvent {
  readonly path: string;
  /** What kind of thing happened, where the scheme says so. */
  readonly type?: string;
  /** Names the delivery: another with the same one is the same. */
  readonly id?: string;
  readonly receivedAt: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: unknown;
}

/** The delivery as one entry of `on.webhook` understands it. Throws CC_REQUEST_INVALID when it lacks its name. */
export function webhookEvent({ path, verify }: WebhookTrigger, delivery: Delivery): WebhookEvent {
  const { header, deliveryHeader, scheme } = verify;
  const data = scheme === 'slack' ? withoutToken(delivery.data) : delivery.data;
  const type = typeOf(scheme, delivery);
  const id = idOf(verify, delivery);
  return {
    path,
    ...(type !== undefined && { type }),
    ...(id !== undefined && { id }),
    receivedAt: delivery.receivedAt.toISOString(),
    headers: safeHeaders(delivery.headers, header, deliveryHeader),
    data,
  };
}

function typeOf(scheme: WebhookTrigger['verify']['scheme'], { headers, data }: Delivery): string | undefined {
  switch (scheme) {
    case 'github':
      return headerOf(headers, 'x-github-event') || undefined;
    case 'stripe':
      return textIn(data, 'type');
    case 'slack':
      // An event of the Events API, or what a person did, or a slash command, which has no type.
      return textIn(fieldOf(data, 'event'), 'type') ?? textIn(data, 'type') ?? textIn(data, 'command');
    default:
      return undefined;
  }
}

function idOf({ scheme, deliveryHeader }: WebhookTrigger['verify'], { headers, data }: Delivery): string | undefined {
  switch (scheme) {
    case 'github':
      return named('headers.x-github-delivery', headerOf(headers, 'x-github-delivery'));
    case 'stripe':
      return named('body.id', fieldOf(data, 'id'));
    case 'slack': {
      const event = fieldOf(data, 'event_id');
      // Commands and interactions are sent once and have no name; their signature holds the second they were sent in. It is
      // genuine in letters of either case, and the same delivery in both.
      return event === undefined ? headerOf(headers, 'x-slack-signature').toLowerCase() : named('body.event_id', event);
    }
    default:
      if (deliveryHeader === undefined) return undefined;
      return named(`headers.${deliveryHeader.toLowerCase()}`, headerOf(headers, deliveryHeader.toLowerCase()));
  }
}

function named(path: string, value: unknown): string {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value)) return value;
  const problem = value === undefined || value === '' ? 'is missing' : 'must be 1 to 255 visible ASCII characters';
  throw new CcError('CC_REQUEST_INVALID', `${path} ${problem}: it names the delivery, so that it starts one run`, {
    problems: [{ path, message: problem }],
  });
}

/** Slack still sends the token that signatures have replaced: a secret, so no run gets it. */
function withoutToken(data: unknown): unknown {
  if (fieldOf(data, 'token') === undefined) return data;
  const { token: _secret, ...rest } = data as Record<string, unknown>;
  return rest;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function textIn(value: unknown, name: string): string | undefined {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : undefined;
}
