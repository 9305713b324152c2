/** Shorter values would black out half of every text. */
const minLength = 4;
const maxDepth = 20;

/** Replaces known values, and their JSON and URL spellings, by `***`. */
export class Redactor {
  readonly #spellings = new Set<string>();
  #pattern: RegExp | undefined;

  add(value: string): void {
    if (value.length < minLength) return;
    const before = this.#spellings.size;
    for (const spelling of [value, JSON.stringify(value).slice(1, -1), urlSpelling(value)]) {
      this.#spellings.add(spelling);
    }
    if (this.#spellings.size === before) return;
    // Longest first: a value that contains another must go as a whole.
    const longestFirst = [...this.#spellings].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(longestFirst.map(escaped).join('|'), 'g');
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

/** Through a Buffer, because encodeURIComponent throws on half a surrogate pair. */
const urlSpelling = (value: string) => encodeURIComponent(Buffer.from(value).toString());
