import { createHmac, randomUUID } from 'node:crypto';
import Stripe from 'stripe';

/** What a sender puts on the wire. */
export interface Sent {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Given {
  /** Names the delivery; undefined = without a name. Default: one of its own. */
  readonly id?: string | undefined;
  readonly secret: string;
  /** Seconds since 1970, where the time is signed. */
  readonly time?: number;
  readonly type?: string;
  readonly data?: object;
}

/** One of each, as `secretsOf` and `hooksOf` know them. */
export type Scheme = 'github' | 'slack' | 'stripe' | 'hmac-sha256' | 'bearer';
export const schemes: readonly Scheme[] = ['github', 'slack', 'stripe', 'hmac-sha256', 'bearer'];

export const secrets = {
  GITHUB_HOOK: 'github-secret-for-tests',
  SLACK_HOOK: 'slack-secret-for-tests',
  STRIPE_HOOK: 'whsec_for_tests',
  HMAC_HOOK: 'hmac-secret-for-tests',
  BEARER_HOOK: 'bearer-secret-for-tests',
};
export const secretOf: Readonly<Record<Scheme, string>> = {
  github: secrets.GITHUB_HOOK,
  slack: secrets.SLACK_HOOK,
  stripe: secrets.STRIPE_HOOK,
  'hmac-sha256': secrets.HMAC_HOOK,
  bearer: secrets.BEARER_HOOK,
};

const steps = 'steps: { one: { uses: transform.value, with: { value: "${{ event.path }}" } } }\n';
const hook = (id: string, verify: string) =>
  `id: ${id}\non: { webhook: [{ path: ${id}, verify: ${verify} }] }\n${steps}`;

/** A workflow for each scheme, at a path of its name. */
export const workflows = {
  'github.yaml': hook('github', '{ scheme: github, secret: GITHUB_HOOK }'),
  'slack.yaml': hook('slack', '{ scheme: slack, secret: SLACK_HOOK }'),
  'stripe.yaml': hook('stripe', '{ scheme: stripe, secret: STRIPE_HOOK }'),
  'hmac.yaml': hook('hmac-sha256', '{ scheme: hmac-sha256, secret: HMAC_HOOK, deliveryHeader: X-Delivery }'),
  'bearer.yaml': hook('bearer', '{ scheme: bearer, secret: BEARER_HOOK, deliveryHeader: X-Delivery }'),
};

const json = { 'content-type': 'application/json' };
const hex = (secret: string, text: string) => createHmac('sha256', secret).update(text).digest('hex');

/** A delivery as the sender of the scheme makes it. */
export function delivery(scheme: Scheme, given: Given): Sent {
  const { secret, time = Math.floor(Date.now() / 1_000), type, data = {} } = given;
  const id = 'id' in given ? given.id : randomUUID();
  const named = (name: string) => (id === undefined ? {} : { [name]: id });
  switch (scheme) {
    case 'github': {
      const body = JSON.stringify(data);
      const signed = { 'x-hub-signature-256': `sha256=${hex(secret, body)}`, 'x-github-event': type ?? 'push' };
      return { path: 'github', body, headers: { ...json, ...signed, ...named('x-github-delivery') } };
    }
    case 'slack': {
      const event = { type: type ?? 'app_mention' };
      const body = JSON.stringify({ token: 'old', type: 'event_callback', event, ...data, ...named('event_id') });
      return { path: 'slack', body, headers: { ...json, ...slackSignature(secret, body, time) } };
    }
    case 'stripe': {
      const body = JSON.stringify({
        object: 'event',
        type: type ?? 'invoice.paid',
        data: { object: data },
        ...named('id'),
      });
      const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: time });
      return { path: 'stripe', body, headers: { ...json, 'stripe-signature': signature } };
    }
    case 'hmac-sha256': {
      const body = JSON.stringify(data);
      return { path: scheme, body, headers: { ...json, 'x-signature': hex(secret, body), ...named('x-delivery') } };
    }
    case 'bearer': {
      const headers = { ...json, authorization: `Bearer ${secret}`, ...named('x-delivery') };
      return { path: scheme, body: JSON.stringify(data), headers };
    }
  }
}

export function slackSignature(secret: string, body: string, time = Math.floor(Date.now() / 1_000)) {
  return {
    'x-slack-request-timestamp': String(time),
    'x-slack-signature': `v0=${hex(secret, `v0:${time}:${body}`)}`,
  };
}

/** The header that holds the proof. */
export const proofOf: Readonly<Record<Scheme, string>> = {
  github: 'x-hub-signature-256',
  slack: 'x-slack-signature',
  stripe: 'stripe-signature',
  'hmac-sha256': 'x-signature',
  bearer: 'authorization',
};

export async function send(url: string, { path, headers, body }: Sent) {
  const response = await fetch(`${url}/hooks/${path}`, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as any };
}
