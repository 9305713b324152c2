import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';
import { decodeKey } from '../config/index.js';

/** A value as the table has it. */
export interface Sealed {
  readonly keyId: string;
  readonly nonce: Buffer;
  /** Ciphertext, then the tag. */
  readonly sealed: Buffer;
}

const cipher = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals values with the newest key, opens them with whichever they were sealed with. Name and version are part of what is
 * sealed: a row that was copied to another name, or an older value that was put back, does not open.
 */
export class Keyring {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly newest: string;

  /** The newest first; at least one. */
  constructor(texts: readonly string[]) {
    const keys = texts.map((text) => decodeKey(text)!);
    this.#keys = new Map(keys.map((key) => [idOf(key), key]));
    this.newest = idOf(keys[0]!);
  }

  seal(name: string, version: number, value: string): Sealed {
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#keys.get(this.newest)!, nonce).setAAD(boundTo(name, version));
    const sealed = Buffer.concat([sealing.update(value, 'utf8'), sealing.final(), sealing.getAuthTag()]);
    return { keyId: this.newest, nonce, sealed };
  }

  /** Undefined when no key here opens it, or it is not what was sealed for this name and version. */
  open(name: string, version: number, { keyId, nonce, sealed }: Sealed): string | undefined {
    const key = this.#keys.get(keyId);
    if (key === undefined || nonce.length !== nonceBytes || sealed.length < tagBytes) return undefined;
    const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes })
      .setAAD(boundTo(name, version))
      .setAuthTag(sealed.subarray(-tagBytes));
    try {
      return Buffer.concat([opening.update(sealed.subarray(0, -tagBytes)), opening.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  }
}

function boundTo(name: string, version: number): Buffer {
  return Buffer.from(`commandcenter secret\0${name}\0${version}`);
}

/** Keys are 256 random bits: a hash gives nothing of them away. */
function idOf(key: Buffer): string {
  return hash('sha256', Buffer.concat([Buffer.from('commandcenter key\0'), key]), 'hex').slice(0, 16);
}
