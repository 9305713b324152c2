import { oneLine, printable, valueText } from './printable.js';

describe('text of others on a terminal', () => {
  it('shows control characters instead of obeying them', () => {
    expect(printable('a\x1b[2Jb\x07\x9b1m\r')).toBe('a\\x1b[2Jb\\x07\\x9b1m\\x0d');
  });

  it('keeps line breaks, tabs and every printable character', () => {
    expect(printable('one\n\ttwo äöü 日本 🙂')).toBe('one\n\ttwo äöü 日本 🙂');
  });

  it('cuts a line to size', () => {
    expect(oneLine('a\n  b\tc', 10)).toBe('a b c');
    expect(oneLine('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('prints text as it is and other values as JSON', () => {
    expect(valueText('plain')).toBe('plain');
    expect(valueText({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(valueText(undefined)).toBe('');
  });
});
