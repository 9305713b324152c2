import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { WorkflowDefinition } from '@commandcenter/sdk/definition';

/** Equal content gives an equal version, whatever the order of keys or the layout of the file. 64 bits are plenty per workflow. */
export function versionOf(definition: WorkflowDefinition): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(definition)))).slice(0, 16);
}

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
