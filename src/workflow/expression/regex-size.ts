/**
 * How long the program of a pattern becomes, told without compiling it: `(?:a{1000}){1000}` is short to write, and takes
 * seconds to compile and megabytes to keep. Counts one for every character, class and group, as often as `{n}` repeats it.
 */
export function programSizeOf(pattern: string): number {
  const open: number[] = [];
  let size = 0;
  let last = 0;
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === '(') {
      open.push(size);
      size = last = 0;
    } else if (character === ')') {
      last = size + 1;
      size = (open.pop() ?? 0) + last;
    } else if (character === '{' && COUNT.test(pattern.slice(at, at + 24))) {
      const [whole, least, most] = COUNT.exec(pattern.slice(at, at + 24))!;
      const copies = Math.max(1, Number(least) + (most === '' ? 1 : 0), Number(most ?? 0));
      size += last * (copies - 1);
      last *= copies;
      at += whole.length - 1;
    } else {
      at = endOfItem(pattern, at);
      last = '*+?'.includes(character) ? last + 1 : 1;
      size += 1;
    }
  }
  return open.reduce((sum, before) => sum + before, size);
}

/** A brace that is no count stands for itself. */
const COUNT = /^\{(\d{1,9})(?:,(\d{0,9}))?\}/;

/** The last character of an escape, or of a class, whose first `]` is a member. */
function endOfItem(pattern: string, at: number): number {
  if (pattern[at] === '\\') return /^\\[pPx]\{/.test(pattern.slice(at, at + 3)) ? closing(pattern, '}', at) : at + 1;
  if (pattern[at] !== '[') return at;
  const first = pattern[at + 1] === '^' ? at + 2 : at + 1;
  for (let i = pattern[first] === ']' ? first + 1 : first; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern.startsWith('[:', i)) i = closing(pattern, ':]', i) + 1;
    else if (pattern[i] === ']') return i;
  }
  return pattern.length;
}

function closing(pattern: string, end: string, from: number): number {
  const at = pattern.indexOf(end, from);
  return at === -1 ? pattern.length : at;
}
