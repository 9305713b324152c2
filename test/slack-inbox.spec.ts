import { html } from '../dev/slack-inbox/html.js';
import { mrkdwn } from '../dev/slack-inbox/mrkdwn.js';
import { checkPayload } from '../dev/slack-inbox/payload.js';

const x = (length: number) => 'x'.repeat(length);
const times = <T>(length: number, item: T) => Array.from({ length }, () => item);
const plain = (text: string) => ({ type: 'plain_text', text });
const mark = (text: string) => ({ type: 'mrkdwn', text });
const section = (text: string) => ({ type: 'section', text: mark(text) });
const button = (more: object = {}) => ({ type: 'button', text: plain('Go'), ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const url = (length: number) => `https://a.example/${x(length - 'https://a.example/'.length)}`;

describe('checkPayload', () => {
  // Each limit: what just fits, what is one too many, and where that is.
  it.each<[string, object, object, string]>([
    ['50 blocks', times(50, section('a')), times(51, section('a')), '/blocks'],
    [
      'header of 150',
      [{ type: 'header', text: plain(x(150)) }],
      [{ type: 'header', text: plain(x(151)) }],
      '/blocks/0/text/text',
    ],
    [
      'header is plain',
      [{ type: 'header', text: plain('a') }],
      [{ type: 'header', text: mark('a') }],
      '/blocks/0/text/type',
    ],
    ['section of 3000', [section(x(3000))], [section(x(3001))], '/blocks/0/text/text'],
    ['text not empty', [section('a')], [section('')], '/blocks/0/text/text'],
    [
      '10 fields',
      [{ type: 'section', fields: times(10, mark('a')) }],
      [{ type: 'section', fields: times(11, mark('a')) }],
      '/blocks/0/fields',
    ],
    [
      'field of 2000',
      [{ type: 'section', fields: [mark(x(2000))] }],
      [{ type: 'section', fields: [mark(x(2001))] }],
      '/blocks/0/fields/0/text',
    ],
    ['25 actions', [actions(...times(25, button()))], [actions(...times(26, button()))], '/blocks/0/elements'],
    [
      'button of 75',
      [actions(button({ text: plain(x(75)) }))],
      [actions(button({ text: plain(x(76)) }))],
      '/blocks/0/elements/0/text/text',
    ],
    ['button is plain', [actions(button())], [actions(button({ text: mark('a') }))], '/blocks/0/elements/0/text/type'],
    [
      'url of 3000',
      [actions(button({ url: url(3000) }))],
      [actions(button({ url: url(3001) }))],
      '/blocks/0/elements/0/url',
    ],
    ['url is one', [actions(button({ url: url(30) }))], [actions(button({ url: 'no' }))], '/blocks/0/elements/0/url'],
    [
      'value of 2000',
      [actions(button({ value: x(2000) }))],
      [actions(button({ value: x(2001) }))],
      '/blocks/0/elements/0/value',
    ],
    [
      'style',
      [actions(button({ style: 'danger' }))],
      [actions(button({ style: 'red' }))],
      '/blocks/0/elements/0/style',
    ],
    [
      'action_id of 255',
      [actions(button({ action_id: x(255) }))],
      [actions(button({ action_id: x(256) }))],
      '/blocks/0/elements/0/action_id',
    ],
    [
      'action_id once',
      [actions(button({ action_id: 'a' }), button({ action_id: 'b' }))],
      [actions(button({ action_id: 'a' }), button({ action_id: 'a' }))],
      '/blocks/0/elements/1/action_id',
    ],
    [
      'block_id of 255',
      [{ ...section('a'), block_id: x(255) }],
      [{ ...section('a'), block_id: x(256) }],
      '/blocks/0/block_id',
    ],
    [
      'block_id once',
      [{ ...section('a'), block_id: 'a' }, section('a')],
      times(2, { ...section('a'), block_id: 'a' }),
      '/blocks/1/block_id',
    ],
    [
      '10 in a context',
      [{ type: 'context', elements: times(10, mark('a')) }],
      [{ type: 'context', elements: times(11, mark('a')) }],
      '/blocks/0/elements',
    ],
    [
      'accessory',
      [{ ...section('a'), accessory: button() }],
      [{ ...section('a'), accessory: { type: 'lamp' } }],
      '/blocks/0/accessory/type',
    ],
    [
      'image',
      [{ type: 'image', image_url: url(30), alt_text: 'a' }],
      [{ type: 'image', image_url: url(30) }],
      '/blocks/0/alt_text',
    ],
    ['known types', [{ type: 'divider' }], [{ type: 'constructor' }], '/blocks/0/type'],
    [
      'rich text',
      [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [] }] }],
      [{ type: 'rich_text', elements: [{ type: 'p' }] }],
      '/blocks/0/elements/0',
    ],
    [
      'emoji',
      [{ type: 'header', text: { ...plain('a'), emoji: false } }],
      [{ type: 'section', text: { ...mark('a'), emoji: false } }],
      '/blocks/0/text/emoji',
    ],
  ])('%s', (_name, fits, tooMuch, pointer) => {
    expect(checkPayload({ blocks: fits })).toBeUndefined();
    const verdict = checkPayload({ blocks: tooMuch });
    expect(verdict?.error).toBe('invalid_blocks');
    expect(verdict?.messages.filter((message) => message.endsWith(`[json-pointer:${pointer}]`))).toHaveLength(1);
  });

  it('knows the limits of a message', () => {
    expect(checkPayload({ text: x(40_000) })).toBeUndefined();
    expect(checkPayload({ text: x(40_001) })?.error).toBe('msg_too_long');
    expect(checkPayload({ attachments: times(100, { text: 'a' }) })).toBeUndefined();
    expect(checkPayload({ attachments: times(101, { text: 'a' }) })?.error).toBe('too_many_attachments');
    expect(checkPayload({ attachments: [{ blocks: [section(x(3001))] }] })?.error).toBe('invalid_blocks');
    for (const nothing of [{}, { text: '' }, { blocks: [] }, { text: 1 }, { attachments: [{}] }])
      expect(checkPayload(nothing)?.error).toBe('no_text');
  });
});

describe('mrkdwn', () => {
  const shown = (text: string) => html`${mrkdwn(text)}`.text;

  it.each([
    ['*bold* _italic_ ~gone~', '<b>bold</b> <i>italic</i> <s>gone</s>'],
    ['*_both_*', '<b><i>both</i></b>'],
    ['snake_case_name 2*3*4', 'snake_case_name 2*3*4'],
    ['`a *b* &lt;`', '<code>a *b* &#60;</code>'],
    ['&lt;!channel&gt;', '&#60;!channel&#62;'],
    ['<!here>', '<strong class="ping">@here would ping everybody</strong>'],
    ['<@U012AB3CD>', '<strong class="ping">@U012AB3CD would ping people</strong>'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('makes links of web addresses only', () => {
    expect(shown('<https://a.example/?a=1&amp;b=2|see>')).toMatch(/^<a href="https:[^<]*>see<\/a>$/);
    expect(shown('<javascript:alert(1)|see>')).not.toContain('<a');
  });

  it('leaves dates to the reader', () => {
    expect(shown('<!date^1700000000^{date_num} {time}|then>')).toContain('datetime="2023-11-14T22:13:20.000Z"');
    expect(shown('<!date^999999999999^{time}|then>')).toContain('then');
  });

  it('escapes what is HTML', () => {
    expect(shown('<b>*<i onload=x>*</b>')).not.toMatch(/<(?:i|b) |<b>\*/);
  });
});
