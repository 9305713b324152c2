import pc from 'picocolors';
import { fields, table } from './table.js';

const plain = pc.createColors(false);

describe('tables', () => {
  it('aligns columns without borders or trailing blanks', () => {
    expect(
      table(
        ['id', 'status'],
        [
          ['a', 'ok'],
          ['longer', 'no'],
        ],
        plain,
      ),
    ).toBe('ID      STATUS\na       ok\nlonger  no');
  });

  it('measures what is shown, not colour codes or bytes', () => {
    const bright = pc.createColors(true);
    const [, first, second] = table(
      ['id', 'status'],
      [
        [bright.red('ab'), 'x'],
        ['日本', 'y'],
      ],
      plain,
    ).split('\n');
    expect(first).toBe(`${bright.red('ab')}    x`);
    expect(second).toBe('日本  y');
  });

  it('lines up names and values, and leaves out what is not there', () => {
    expect(
      fields(
        [
          ['id', '1'],
          ['workflow', 'w'],
          ['trace', undefined],
        ],
        plain,
      ),
    ).toBe('id        1\nworkflow  w');
  });
});
