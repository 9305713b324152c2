import { jsonBlock, JsonRoom } from './json.js';

const block = (value: unknown, room = new JsonRoom()) =>
  jsonBlock({ id: 'output', title: 'Output', value, href: '/api/v1/runs/1', room }).text;
/** What a reader sees. */
const shown = (text: string) =>
  text
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .trim();

describe('a JSON value on a page', () => {
  it.each([[{ a: [1, -2.5e10, true, null], 'b "c"': 'x: 1, "y"\\' }], ['text'], [0], [[]], [{}], ['</code></pre>']])(
    'reads as what it is: %j',
    (value) => expect(JSON.parse(shown(block(value)))).toEqual(value),
  );

  it('tells keys from texts from other values', () => {
    expect(block({ key: 'text', n: 1 })).toContain(
      '<span class="j-key">&#34;key&#34;</span>: <span class="j-text">&#34;text&#34;</span>',
    );
    expect(block({ key: 'text', n: 1 })).toContain('<span class="j-value">1</span>');
  });

  it('is escaped, keys too', () => {
    expect(block({ '<img onerror=x>': '<script>' })).not.toMatch(/<img|<script/);
  });

  it('is folded away when it is long', () => {
    expect(block([1, 2, 3])).not.toContain('<details');
    expect(block(Array.from({ length: 100 }, (_, n) => n))).toMatch(/<details id="output">\s*<summary>Show/);
    expect(block('x'.repeat(3000))).toContain('<details');
  });

  it('is cut when it is huge, and says where all of it is', () => {
    const text = block('<'.repeat(1_000_000));
    expect(text.length).toBeLessThan(64_000 * 5 + 1000);
    expect(text).toContain('Cut here');
    expect(text).toContain('href="/api/v1/runs/1"');
  });

  it('is plain when it is long: colours are for what one reads', () => {
    expect(block(Array.from({ length: 500 }, (_, n) => n))).toContain('j-value');
    const long = Array.from({ length: 5000 }, (_, n) => n);
    expect(block(long)).not.toContain('j-value');
    expect(shown(block(long))).toContain('  4999');
  });

  it('shares the room of its page with the others, which the last of them do not get', () => {
    const room = new JsonRoom();
    const blocks = Array.from({ length: 100 }, () => block('x'.repeat(63_000), room));
    expect(blocks.join('').length).toBeLessThan(320_000);
    expect(blocks[0]).not.toContain('All of it');
    expect(blocks[4]).toContain('Cut here');
    for (const one of blocks.slice(5)) expect(one).toMatch(/Not shown.*href="\/api\/v1\/runs\/1"/s);
  });

  it('says when there is none', () => expect(shown(block(null))).toBe('none'));
});
