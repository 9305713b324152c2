import { CloudEvent, HTTP } from 'cloudevents';
import type { CcError, Problem } from '../errors/index.js';
import { cloudEventOf } from './cloud-event.js';
import { eventsOf } from './http-message.js';

const base = { id: 'A-1', source: '/shop', type: 'order.paid' };
const required = { 'ce-specversion': '1.0', 'ce-id': 'A-1', 'ce-source': '/shop', 'ce-type': 'order.paid' };
const one = (headers: Record<string, string>, body?: unknown) => cloudEventOf(eventsOf(headers, body)[0]!);
const fault = (headers: Record<string, string>, body?: unknown) => {
  try {
    return eventsOf(headers, body);
  } catch (thrown) {
    return thrown as CcError;
  }
};
const problems = (headers: Record<string, string>, body?: unknown) =>
  (fault(headers, body) as { problems: readonly Problem[] }).problems.map(({ path, message }) => `${path}: ${message}`);

describe('binary mode', () => {
  test('what the CloudEvents package sends is what it would send in structured mode', () => {
    const event = new CloudEvent({
      ...base,
      subject: 'orders/17',
      time: '2026-04-05T17:31:00.000Z',
      datacontenttype: 'application/json',
      dataschema: 'https://example.com/order.json',
      region: 'eu',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      data: { total: 120 },
    });
    const { headers, body } = HTTP.binary(event);
    expect(one(headers as Record<string, string>, JSON.parse(body as string))).toEqual(event.toJSON());
  });

  test.each([
    ['JSON', 'application/json; charset=utf-8', { total: 1 }, { data: { total: 1 } }],
    ['JSON of another name', 'application/vnd.shop+json', null, { data: null }],
    ['text', 'text/plain', Buffer.from('Grüezi'), { data: 'Grüezi' }],
    ['XML', 'application/atom+xml', Buffer.from('<a/>'), { data: '<a/>' }],
    ['bytes', 'image/png', Buffer.from([137, 80, 78]), { data_base64: 'iVBO' }],
    ['bytes that say they are text', 'text/plain', Buffer.from([255]), { data_base64: '/w==' }],
    ['nothing', 'text/plain', Buffer.alloc(0), {}],
  ])('data: %s', (_, type, body, expected) => {
    expect(one({ ...required, 'content-type': type }, body)).toEqual({
      specversion: '1.0',
      ...base,
      datacontenttype: type,
      ...expected,
    });
  });

  test('without a body there is no data, without a type no datacontenttype', () => {
    expect(one(required)).toEqual({ specversion: '1.0', ...base });
    expect(one(required, Buffer.from('a'))).toEqual({ specversion: '1.0', ...base, data_base64: 'YQ==' });
  });

  test.each([
    ['orders%2F17', 'orders/17'],
    ['%E2%82%AC 5', '€ 5'],
    ['100%25 %25', '100% %'],
    ['"a \\"b\\" c"', 'a "b" c'],
    ['5 %', '5 %'],
    ['%ff', '%ff'],
  ])('a header value is unescaped once: %s', (header, subject) => {
    expect(one({ ...required, 'ce-subject': header })).toMatchObject({ subject });
  });

  test('every problem by attribute', () => {
    const headers = { 'ce-specversion': '0.3', 'ce-id': '', 'ce-time': 'now', 'ce-bad-name': '1' };
    expect(problems(headers).sort()).toEqual([
      'bad-name: invalid extension name: bad-name',
      'id: must not be empty',
      'source: is required',
      'specversion: must be "1.0", not "0.3"',
      'time: must match format "date-time"',
      'type: is required',
    ]);
    expect(problems({ ...required, 'ce-source': '/plugins/notifier' })).toEqual([
      expect.stringMatching(/^source: .*for events of plugins/),
    ]);
    expect(problems({ ...required, 'content-type': 'text/plain' }, Buffer.alloc(262_143, 'ü')).join()).toMatch(/^data/);
  });
});

describe('batch mode', () => {
  const type = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };
  const event = (id: string) => ({ specversion: '1.0', ...base, id });

  test('all events, in their order', () => {
    expect(eventsOf(type, ['1', '2', '1'].map(event)).map(({ id }) => id)).toEqual(['1', '2', '1']);
    expect(eventsOf(type, [])).toEqual([]);
  });

  test('every problem by index and attribute, and none is taken', () => {
    const batch = [event('1'), { ...event('2'), source: undefined, time: 'now' }, 'x', { ...event('3'), type: 7 }];
    expect(problems(type, batch)).toEqual([
      '1.time: must match format "date-time"',
      '1.source: is required',
      '2: an event must be one JSON object, not string',
      '3.type: must be a string, not number',
    ]);
  });

  test('has limits', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => event(String(n)));
    expect(eventsOf(type, many)).toHaveLength(1_000);
    expect(problems(type, [...many, event('x')])).toEqual([expect.stringMatching(/has 1001 events; 1000 are allowed/)]);
    expect(problems(type, event('1'))).toEqual([': a batch must be a JSON array of events, not object']);
    const wrong = fault(type, Array(1_000).fill({})) as CcError;
    expect([wrong.problems.length, wrong.problems.at(-1)!.message]).toEqual([
      1_001,
      '3000 more problems are not listed',
    ]);
    expect(wrong.message.length).toBeLessThan(2_000);
  });
});

test.each([
  ['application/cloudevents+json; charset=utf-8', {}, 'accepted'],
  ['application/json', {}, 'accepted'],
  ['Application/JSON', {}, 'accepted'],
  ['application/cloudevents+json', { 'ce-id': 'ignored' }, 'accepted'],
  ['text/plain', {}, 'CC_MEDIA_TYPE_UNSUPPORTED'],
  ['application/cloudevents+avro', {}, 'CC_MEDIA_TYPE_UNSUPPORTED'],
  ['', {}, 'CC_MEDIA_TYPE_UNSUPPORTED'],
])('structured mode as %s %o: %s', (type, headers, expected) => {
  const result = fault({ 'content-type': type, ...headers }, { specversion: '1.0', ...base });
  expect('code' in result ? result.code : 'accepted').toBe(expected);
});
