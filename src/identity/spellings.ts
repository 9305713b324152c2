/** A value as it is, and as URLs, forms and base64 write it. What JSON makes of each is left to the normal form. */
export function spellingsOf(value: string): ReadonlySet<string> {
  const json = JSON.stringify(value).slice(1, -1);
  const plain = new Set([value, json]);
  const urls = new Set([...plain].flatMap(urlSpellings));
  return new Set([value, ...urls, ...[...new Set([...plain, ...urls])].flatMap(base64Spellings), ...numberSpellings(value)]); // prettier-ignore
}

/** As encodeURIComponent has it, as a form, and as an address that was made of it by hand has it in its path and its query. */
function urlSpellings(value: string): string[] {
  return [
    // Through a Buffer, because encodeURIComponent throws on half a surrogate pair.
    encodeURIComponent(Buffer.from(value).toString()),
    new URLSearchParams({ '': value }).toString().slice(1),
    ...['http://a/', 'http://a/?'].map((start) => addressed(start, value)),
  ];
}

/** Between two letters: what is at the ends of a path (dots, spaces) a URL would take for something else. */
function addressed(start: string, value: string): string {
  return new URL(`${start}a${value}a`).href.slice(start.length + 1, -1);
}

/** What is shorter stands in too many other words. */
const minBase64 = 8;

/**
 * What base64 makes of a value wherever it stands in a longer text: `Basic` of a header is the base64 of `user:password`.
 * Three bytes become four letters, so there are three ways; the letters that a neighbour has a part in are left out.
 */
function base64Spellings(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const inner = text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
    if (inner.length < minBase64) return [];
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(inner)];
  });
}

/** Beyond 2^53 JavaScript keeps the first 16 digits or so and writes others after them. */
function numberSpellings(value: string): string[] {
  return /^[1-9]\d{15,}$/.test(value) ? [String(Number(value))] : [];
}
