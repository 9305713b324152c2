/** Shorter values would black out half of every text. */
const minLength = 4;
const maxDepth = 20;

/** Replaces known values, and the ways JSON, URLs and base64 spell them, by `***`. */
export class Redactor {
  /** Pattern -> length of what it stands for. */
  readonly #patterns = new Map<string, number>();
  #pattern: RegExp | undefined;

  add(value: string): void {
    if (value.length < minLength) return;
    const before = this.#patterns.size;
    const json = JSON.stringify(value).slice(1, -1);
    const urls = [value, json].flatMap(urlSpellings);
    for (const spelling of [value, ...urls, ...[value, json, ...urls].flatMap(base64Spellings)]) {
      // A URL drops line breaks, so a spelling may be shorter than the value.
      if (spelling.length >= minLength) this.#patterns.set(asJson(spelling), spelling.length);
    }
    if (this.#patterns.size === before) return;
    // Longest first: a value that contains another must go as a whole.
    const longestFirst = [...this.#patterns].sort(([, a], [, b]) => b - a);
    this.#pattern = new RegExp(longestFirst.map(([pattern]) => pattern).join('|'), 'g');
  }

  redact(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, '***');
  }

  redactDeep<T>(value: T): T {
    return this.#pattern === undefined ? value : (this.#walk(value, 0) as T);
  }

  #walk(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === maxDepth) return '***';
    if (Array.isArray(value)) return value.map((item) => this.#walk(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [this.redact(key), this.#walk(inner, depth + 1)]),
    );
  }
}

/**
 * Blacks out what is inside JSON and leaves it JSON: a secret that reads like a part of its grammar (`true`, `1234`) would
 * break it if the text were searched alone.
 */
export function redactJson(json: string, redact: (text: string) => string): string {
  if (redact(json) === json) return json;
  try {
    const value: unknown = JSON.parse(json, (_key, inner: unknown) => {
      if (typeof inner === 'string') return redact(inner);
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).map(([key, member]) => [redact(key), member]));
    });
    return JSON.stringify(value);
  } catch {
    // Nested thousands deep: better nothing than a secret.
    return '"***"';
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Six texts of JSON, each inside the other, double a backslash to so many. More would be slow to look for. */
const mostBackslashes = 64;

/** A value as it is, in JSON, or in JSON inside JSON: what is escaped has any number of backslashes before it. */
function asJson(value: string): string {
  const some = (least: 0 | 1) => `\\\\{${least},${mostBackslashes}}`;
  let pattern = '';
  let afterBackslash = false;
  // By code unit: half a surrogate pair is escaped too.
  for (let at = 0; at < value.length; at += 1) {
    const sign = value[at]!;
    const json = JSON.stringify(sign).slice(1, -1);
    const letter = escaped(json.slice(1));
    if (sign === '\\') afterBackslash = true;
    else {
      if (json === sign) pattern += (afterBackslash ? some(1) : '') + escaped(sign);
      else if (afterBackslash) pattern += `${some(1)}(?:${escaped(sign)}|${letter})`;
      else if (sign === '"') pattern += (at === 0 ? '' : some(0)) + sign;
      else pattern += `(?:${escaped(sign)}|${some(1)}${letter})`;
      afterBackslash = false;
    }
  }
  return afterBackslash ? pattern + some(1) : pattern;
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
