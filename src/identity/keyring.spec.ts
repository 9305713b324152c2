import { randomBytes } from 'node:crypto';
import { Keyring } from './keyring.js';

const newKey = () => randomBytes(32).toString('base64');

describe('the keyring', () => {
  const [old, young] = [newKey(), newKey()];
  const ring = new Keyring([old]);
  const value = 'p@ss wörd\n"x"';

  it('opens what it sealed, and seals the same value to something else each time', () => {
    const [one, two] = [ring.seal('A', 1, value), ring.seal('A', 1, value)];
    expect(ring.open('A', 1, one)).toBe(value);
    expect(one.nonce.equals(two.nonce)).toBe(false);
    expect(one.sealed.equals(two.sealed)).toBe(false);
    expect(JSON.stringify(one)).not.toContain(value);
  });

  it('does not open it as another name, another version, changed, cut short, or with another key', () => {
    const sealed = ring.seal('A', 2, value);
    const flipped = Buffer.from(sealed.sealed);
    flipped[0]! ^= 1;
    expect([
      ring.open('B', 2, sealed),
      ring.open('A', 1, sealed),
      ring.open('A', 2, { ...sealed, sealed: flipped }),
      ring.open('A', 2, { ...sealed, sealed: sealed.sealed.subarray(1) }),
      ring.open('A', 2, { ...sealed, sealed: Buffer.alloc(3) }),
      ring.open('A', 2, { ...sealed, nonce: Buffer.alloc(12) }),
      new Keyring([young]).open('A', 2, sealed),
      new Keyring([young]).open('A', 2, { ...sealed, keyId: new Keyring([young]).newest }),
    ]).toEqual(Array(8).fill(undefined));
  });

  it('seals with the newest of several keys and opens with the older ones', () => {
    const both = new Keyring([young, old]);
    expect(both.open('A', 1, ring.seal('A', 1, value))).toBe(value);
    const sealed = both.seal('A', 1, value);
    expect(sealed.keyId).toBe(new Keyring([young]).newest);
    expect(ring.open('A', 1, sealed)).toBeUndefined();
  });

  it('is the same whether the key was hex or base64', () => {
    expect(new Keyring([Buffer.from(old, 'base64').toString('hex')]).newest).toBe(ring.newest);
  });
});
