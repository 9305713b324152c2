import { createHmac } from 'node:crypto';
import type { WebhookVerify } from '@commandcenter/sdk/definition';
import Stripe from 'stripe';
import { judge } from './signature.js';

const at = (iso: string) => Date.parse(iso);
const verdict = (
  verify: WebhookVerify,
  secret: string,
  headers: Record<string, string>,
  body: string | Buffer,
  now = Date.now(),
) => judge(verify, secret, { headers, body: Buffer.from(body) }, now);
const sum = (secret: string, text: string) => createHmac('sha256', secret).update(text);

describe('the vectors of their makers', () => {
  test("GitHub's, of its page on validating deliveries", () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const github = (secret: string, body: string, hex = signature) =>
      verdict({ scheme: 'github', secret: 'S' }, secret, { 'x-hub-signature-256': hex }, body);
    expect(github("It's a Secret to Everybody", 'Hello, World!')).toBe('genuine');
    expect(github("It's a Secret to Everybody", 'Hello, World')).toBe('forged');
    expect(github("It's a secret to everybody", 'Hello, World!')).toBe('forged');
    expect(github("It's a Secret to Everybody", 'Hello, World!', signature.slice(7))).toBe('forged');
    expect(github("It's a Secret to Everybody", 'Hello, World!', signature.slice(0, -2))).toBe('forged');
  });

  test("Slack's, of its page on verifying requests", () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
    const headers = {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    };
    const slack = (now: number, tolerance?: string, of: Record<string, string> = headers) =>
      verdict(
        { scheme: 'slack', secret: 'S', ...(tolerance !== undefined && { tolerance }) },
        '8f742231b10e8888abcd99yyyzzz85a5',
        of,
        body,
        now,
      );
    expect(slack(1_531_420_618_000)).toBe('genuine');
    expect(slack(1_531_420_618_000 + 300_000)).toBe('genuine');
    expect(slack(1_531_420_618_000 + 300_001)).toBe('late');
    expect(slack(1_531_420_618_000 - 300_001)).toBe('late');
    expect(slack(1_531_420_618_000 + 300_001, '10m')).toBe('genuine');
    expect(slack(1_531_420_618_000, '5m', { ...headers, 'x-slack-request-timestamp': '1531420619' })).toBe('forged');
    expect(slack(1_531_420_618_000, '5m', { 'x-slack-signature': headers['x-slack-signature'] })).toBe('forged');
  });
});

describe('stripe, signed by its own package', () => {
  const secret = 'whsec_test';
  const payload = JSON.stringify({ id: 'evt_1', object: 'event' });
  const now = at('2026-01-31T08:00:00Z');
  const timestamp = now / 1_000;
  const sign = (key = secret, time = timestamp) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret: key, timestamp: time });
  const stripe = (header: string, later = 0) =>
    verdict({ scheme: 'stripe', secret: 'S' }, secret, { 'stripe-signature': header }, payload, now + later);

  test('one signature, and its time', () => {
    expect(stripe(sign())).toBe('genuine');
    expect(stripe(sign(), 300_001)).toBe('late');
    expect(stripe(sign(secret, timestamp + 301))).toBe('late');
    expect(stripe(sign('whsec_other'))).toBe('forged');
    expect(stripe(sign(), 999_999)).toBe('late');
  });

  test('while the secret is rolled there are several signatures, and one is enough', () => {
    const [, of = ''] = sign('whsec_old').split(',');
    const [, mine = ''] = sign().split(',');
    expect(stripe(`t=${timestamp},${of},${mine}`)).toBe('genuine');
    expect(stripe(`t=${timestamp}, ${mine}, ${of}`)).toBe('genuine');
    expect(stripe(`t=${timestamp},${of}`)).toBe('forged');
    // v0 is for tests of Stripe's own, by another algorithm of nobody's choice.
    expect(stripe(`t=${timestamp},${mine.replace('v1', 'v0')}`)).toBe('forged');
  });

  test.each(['', 't=', 'v1=', `t=${timestamp}`, `t=abc,v1=${'0'.repeat(64)}`, 't=1,v1=zz', ','])(
    '%j is none',
    (header) => expect(stripe(header)).toBe('forged'),
  );
});

describe('hmac-sha256', () => {
  const verify: WebhookVerify = { scheme: 'hmac-sha256', secret: 'S', header: 'X-Sign' };
  const hex = sum('key', 'body').digest('hex');
  test.each([
    ['hexadecimal', hex],
    ['in capitals', hex.toUpperCase()],
    ['named', `sha256=${hex}`],
    ['base64', sum('key', 'body').digest('base64')],
  ])('%s', (_, value) => {
    expect(verdict(verify, 'key', { 'x-sign': value }, 'body')).toBe('genuine');
    expect(verdict(verify, 'key', { 'x-sign': value }, 'body ')).toBe('forged');
    expect(verdict(verify, 'Key', { 'x-sign': value }, 'body')).toBe('forged');
    expect(verdict(verify, 'key', { 'x-signature': value }, 'body')).toBe('forged');
  });

  test('is over the bytes, whatever they are', () => {
    const bytes = Buffer.from([0, 255, 254, 10]);
    const value = createHmac('sha256', 'key').update(bytes).digest('hex');
    expect(verdict({ scheme: 'hmac-sha256', secret: 'S' }, 'key', { 'x-signature': value }, bytes)).toBe('genuine');
  });
});

describe('bearer', () => {
  const verify: WebhookVerify = { scheme: 'bearer', secret: 'S' };
  test.each([
    [{ authorization: 'Bearer t0ken' }, verify, 'genuine'],
    [{ authorization: 'bearer  t0ken' }, verify, 'genuine'],
    [{ authorization: 't0ken' }, verify, 'forged'],
    [{ authorization: 'Bearer t0ke' }, verify, 'forged'],
    [{ authorization: 'Bearer ' }, verify, 'forged'],
    [{}, verify, 'forged'],
    [{ 'x-gitlab-token': 't0ken' }, { ...verify, header: 'X-Gitlab-Token' }, 'genuine'],
    [{ 'x-gitlab-token': 'Bearer t0ken' }, { ...verify, header: 'X-Gitlab-Token' }, 'forged'],
  ] as const)('%j', (headers, how, expected) => expect(verdict(how, 't0ken', headers, '')).toBe(expected));
});
