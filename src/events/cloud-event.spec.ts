import { CcError } from '../errors/index.js';
import { cloudEventOf } from './cloud-event.js';
import { eventsOf } from './http-message.js';
import type { NewEvent } from './new-event.js';

const order = {
  specversion: '1.0',
  id: 'A-1',
  source: '/shop',
  type: 'order.paid',
  subject: 'orders/17',
  time: '2026-04-05T17:31:00Z',
  datacontenttype: 'application/json',
  dataschema: 'https://example.com/order.json',
  region: 'eu',
  urgent: true,
  attempt: 2,
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data: { total: 120, lines: [] },
};

/** In structured mode. */
function parseCloudEvent(body: unknown): NewEvent {
  return eventsOf({ 'content-type': 'application/cloudevents+json' }, body)[0]!;
}

function problems(body: unknown): Record<string, string> {
  try {
    parseCloudEvent(body);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CcError);
    expect((thrown as CcError).code).toBe('CC_EVENT_INVALID');
    return Object.fromEntries((thrown as CcError).problems.map(({ path, message }) => [path, message]));
  }
  return {};
}

describe('parseCloudEvent', () => {
  test('keeps every attribute', () => {
    const event = parseCloudEvent(order);
    expect(event).toMatchObject({
      id: 'A-1',
      source: '/shop',
      type: 'order.paid',
      subject: 'orders/17',
      data: order.data,
    });
    expect(event.attributes).toEqual({
      datacontenttype: 'application/json',
      dataschema: 'https://example.com/order.json',
      region: 'eu',
      urgent: true,
      attempt: 2,
    });
    expect(cloudEventOf(event)).toEqual({ ...order, time: '2026-04-05T17:31:00.000Z' });
  });

  test('needs four attributes only; null is not set; data may be null', () => {
    const event = parseCloudEvent({
      specversion: '1.0',
      id: '1',
      source: 's',
      type: 't',
      subject: null,
      time: null,
      data: null,
    });
    expect(event).toEqual({ id: '1', source: 's', type: 't', data: null });
    expect(parseCloudEvent({ specversion: '1.0', id: '1', source: 's', type: 't' })).toEqual({
      id: '1',
      source: 's',
      type: 't',
    });
  });

  test('lists every problem at once, by path', () => {
    const found = problems({
      specversion: '0.3',
      id: '',
      source: 'not a uri reference',
      subject: 7,
      time: 'yesterday',
      traceparent: '00-00000000000000000000000000000000-b7ad6b7169203331-01',
      'Bad-Name': 'x',
      list: [1],
      ratio: 0.5,
      data: 'x'.repeat(262_144),
    });
    expect(found).toEqual({
      specversion: 'must be "1.0", not "0.3"',
      id: expect.any(String),
      source: 'must match format "uri-reference"',
      type: 'is required',
      subject: 'must be a string, not number',
      time: 'must match format "date-time"',
      traceparent: expect.stringContaining('is not a W3C traceparent'),
      'Bad-Name': 'invalid extension name: Bad-Name',
      list: 'must be a string, a boolean or an integer, not array',
      ratio: 'must be a string, a boolean or an integer, not number',
      data: 'is 262146 bytes of JSON; 262144 are allowed: store it elsewhere and send a reference',
    });
  });

  test.each([
    ['nothing', undefined, 'one JSON object, not undefined'],
    ['null', null, 'one JSON object, not null'],
    ['text', 'event', 'one JSON object, not string'],
    ['a batch', [order], 'one JSON object, not array'],
  ])('refuses %s', (_, body, message) => {
    expect(problems(body)['']).toContain(message);
  });

  test.each([
    ['no id', { id: undefined }, 'id', 'is required'],
    ['a long id', { id: 'i'.repeat(1_025) }, 'id', 'is longer than 1024 bytes'],
    ['a source of a plugin', { source: '/plugins/notifier' }, 'source', expect.stringMatching(/for events of plugins/)],
    ['a long source in bytes', { source: `/${'é'.repeat(512)}` }, 'source', expect.any(String)],
    ['a long type', { type: 't'.repeat(1_025) }, 'type', 'is longer than 1024 bytes'],
    ['a NUL', { id: 'a\u0000b' }, 'id', 'holds a control character or half of a surrogate pair'],
    ['half a surrogate pair', { type: 't\ud800' }, 'type', 'holds a control character or half of a surrogate pair'],
    [
      'a leap second PostgreSQL lacks',
      { time: '2016-12-31T23:59:60Z' },
      'time',
      expect.stringContaining('years 1 to 9999'),
    ],
    ['a year before the first', { time: '0000-01-01T00:00:00Z' }, 'time', expect.stringContaining('years 1 to 9999')],
    ['data twice', { data_base64: 'aGk=' }, 'data_base64', 'stands beside data: send one of them'],
    ['bytes that are not base64', { data: undefined, data_base64: 'aGk' }, 'data_base64', 'is not base64'],
    ['bytes that are no text', { data: undefined, data_base64: 7 }, 'data_base64', 'must be a string, not number'],
    [
      'many bytes',
      { data: undefined, data_base64: 'A'.repeat(262_148) },
      'data_base64',
      expect.stringMatching(/^has 262148 characters/),
    ],
    ['much in other attributes', { note: 'n'.repeat(8_192) }, '', expect.stringContaining('8192 are allowed')],
  ])('refuses %s', (_, change, path, message) => {
    expect(problems({ ...order, ...change })).toEqual({ [path]: message });
  });

  test('deep nesting is a problem, not a crash', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(problems({ ...order, data: deep })).toEqual({ data: 'nests deeper than 100 levels' });
    expect(problems({ ...order, note: deep })).toEqual({ note: expect.stringContaining('not array') });
  });

  test('the limits are reachable', () => {
    expect(problems({ ...order, id: 'i'.repeat(1_024), type: 't'.repeat(1_024), data: 'x'.repeat(262_142) })).toEqual(
      {},
    );
  });
});
