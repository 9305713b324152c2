import { randomBytes } from 'node:crypto';
import { Redactor } from './redactor.js';

const redactor = (...values: string[]) => {
  const made = new Redactor();
  for (const value of values) made.add(value);
  return made;
};
const pem = (length: number) => {
  const letters = randomBytes(length).toString('base64').slice(0, length);
  return `-----BEGIN CERTIFICATE-----\n${letters.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----`;
};
/** ms of this process, so that a busy machine is no fault. */
const cpu = (work: () => void) => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

describe('long values', () => {
  const value = pem(240_000);
  const known = redactor('another-secret', value);

  it.each([
    ['as they are', value],
    ['in JSON', JSON.stringify(value).slice(1, -1)],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ['in a URL', encodeURIComponent(value)],
    ['in a form', new URLSearchParams({ '': value }).toString().slice(1)],
  ])('go as a whole %s', (_name, text) => {
    expect(known.redact(`before ${text} after another-secret`)).toBe('before *** after ***');
  });

  it('go in base64 with all but what they share with their neighbours', () => {
    for (const before of ['', 'a', 'ab']) {
      expect(known.redact(Buffer.from(`${before}${value}`).toString('base64'))).toMatch(/^.{0,4}\*\*\*.{0,4}$/);
    }
  });

  it('of which 65,536 characters are taken, are got ready without holding the hub up', () => {
    expect(cpu(() => redactor(pem(65_000)))).toBeLessThan(1_000);
    expect(cpu(() => known.add(value))).toBeLessThan(50);
  });
});

describe('a text', () => {
  it.each([
    ['is almost a value everywhere', 'a'.repeat(65_536), `${'a'.repeat(65_535)}b`.repeat(4)],
    ['is a value everywhere', 'a'.repeat(65_536), 'a'.repeat(262_144)],
    ['is all backslashes', '\\"x\n"\\', '\\'.repeat(262_144)],
    ['is all starts of values', pem(20_000), '-----BEGIN CERTIFICATE-----\n'.repeat(10_000)],
  ])('that %s is read in a time that grows with its length', (_name, value, text) => {
    const known = redactor(value);
    expect(cpu(() => known.redact(text))).toBeLessThan(1_000);
  });

  it('loses values that overlap as one', () => {
    const known = redactor('abcdef', 'defghi', 'efgh');
    expect(known.redact('-abcdefghi-efgh-')).toBe('-***-***-');
  });

  it('loses a value of little but backslashes, at the depths of JSON', () => {
    const known = redactor('\\\\\\"', 'a\\"b');
    let text = 'x\\\\\\"y a\\"b';
    for (let depth = 0; depth < 4; depth += 1, text = JSON.stringify(text).slice(1, -1)) {
      expect(known.redact(text)).toBe('x***y ***');
    }
  });

  it('in JSON loses what ends in a backslash, and may end there', () => {
    const known = redactor('C:\\secret\\');
    expect(known.redact(JSON.stringify({ at: 'C:\\secret\\', and: 'C:\\secret\\more' }))).not.toContain('secret');
  });
});

it('says how many bytes a value takes at most, in JSON in JSON too', () => {
  for (const value of ['ü-ß-€-secret', 'p@ss "w" \\/\n😀', pem(2_000)]) {
    const known = redactor(value);
    for (const text of [JSON.stringify(JSON.stringify(value)), encodeURIComponent(value), Buffer.from(encodeURIComponent(value)).toString('base64')])
      expect(known.longest).toBeGreaterThanOrEqual(Buffer.byteLength(text)); // prettier-ignore
  }
  expect(redactor().longest).toBe(0);
});

it('answers nothing of a text that it cannot read, and does not throw', () => {
  const known = redactor('some-secret');
  const hostile = { get token(): string { throw new Error('some-secret'); } }; // prettier-ignore
  expect(known.redactDeep(hostile)).toBe('***');
  expect(known.redact(undefined as unknown as string)).toBe('***');
});
