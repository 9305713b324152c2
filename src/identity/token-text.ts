import { hash, randomBytes } from 'node:crypto';

/** A fresh token: 256 random bits, recognisable by its prefix when it turns up where it should not. */
export function newToken(): string {
  return `cc_${newSecret()}`;
}

/** The same number of random bits, for a cookie. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Tokens are long and random, so one round of SHA-256 is enough: there is no dictionary to try. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
