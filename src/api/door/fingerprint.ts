import { hash } from 'node:crypto';
import { canonicalJson } from '../../workflow/index.js';

/** Equal for requests that say the same, whatever the order of their keys. */
export function fingerprintOf(request: unknown): string {
  return hash('sha256', canonicalJson(request), 'base64url');
}
