/** Anything a stranger may have sent. */
export type Json = Record<string, unknown>;

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Collects what is wrong, each with its place, in the words of Slack's `response_metadata.messages`. */
export class Faults {
  readonly messages: string[] = [];

  add(problem: string, path: string): void {
    this.messages.push(`[ERROR] ${problem} [json-pointer:${path}]`);
  }

  /** Lengths are in UTF-16 units, as a client that cuts its text counts them. */
  string(value: unknown, path: string, max: number, required = true, min = 1): value is string {
    if (value === undefined && !required) return false;
    if (typeof value !== 'string') {
      this.add(value === undefined ? 'missing required field' : 'must provide a string', path);
      return false;
    }
    if (value.length < min) this.add(`must be more than ${min - 1} characters`, path);
    if (value.length > max) this.add(`must be less than ${max + 1} characters`, path);
    return true;
  }

  list(value: unknown, path: string, max: number, min = 1): readonly unknown[] {
    if (!Array.isArray(value)) {
      this.add(value === undefined ? 'missing required field' : 'must provide an array', path);
      return [];
    }
    if (value.length < min) this.add(`must have at least ${min} items`, path);
    if (value.length > max) this.add(`no more than ${max} items allowed`, path);
    return value;
  }

  url(value: unknown, path: string): void {
    if (!this.string(value, path, 3_000)) return;
    if (!URL.canParse(value)) this.add('must be a valid URL', path);
  }
}
