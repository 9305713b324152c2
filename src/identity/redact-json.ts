import { redactNumber } from './redactor.js';

/**
 * Blacks out what is inside JSON and leaves it JSON: a secret that reads like a part of its grammar (`true`, `":{"`) would
 * break it if the text were searched alone. A number that holds a secret becomes the text `***`.
 */
export function redactJson(json: string, redact: (text: string) => string): string {
  if (redact(json) === json) return json;
  try {
    const value: unknown = JSON.parse(json, (_key, inner: unknown) => {
      if (typeof inner === 'string') return redact(inner);
      if (typeof inner === 'number') return redactNumber(inner, redact);
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
      return Object.fromEntries(Object.entries(inner).map(([key, member]) => [redact(key), member]));
    });
    return JSON.stringify(value);
  } catch {
    // Nested thousands deep: better nothing than a secret.
    return '"***"';
  }
}
