import Table from 'cli-table3';
import type { Colours } from '../cli.js';

const none = '';
const noBorders = {
  top: none, 'top-mid': none, 'top-left': none, 'top-right': none,
  bottom: none, 'bottom-mid': none, 'bottom-left': none, 'bottom-right': none,
  left: none, 'left-mid': none, mid: none, 'mid-mid': none, right: none, 'right-mid': none,
  middle: '  ',
}; // prettier-ignore

/** Columns without lines around them; widths count what a terminal shows, not bytes or colour codes. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], colours: Colours): string {
  const drawn = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    head: head.map((title) => colours.dim(title.toUpperCase())),
  });
  drawn.push(...rows.map((row) => [...row]));
  return trimmed(drawn.toString());
}

/** Names and values under one another, names dim. */
export function fields(pairs: readonly (readonly [string, string | undefined])[], colours: Colours): string {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${colours.dim(name.padEnd(width))}  ${value}`).join('\n');
}

function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
