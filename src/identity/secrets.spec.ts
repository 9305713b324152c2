import { redactJson } from './redact-json.js';
import { Secrets } from './secrets.js';

describe('Secrets', () => {
  const secrets = (values: Record<string, string>, names = Object.keys(values)) =>
    new Secrets({ secrets: names }, (name) => values[name]);

  it('resolves listed names alone', () => {
    const known = secrets({ LISTED: 'value', HIDDEN: 'other' }, ['LISTED', 'EMPTY']);
    expect(known.listed()).toEqual(['LISTED', 'EMPTY']);
    expect(known.resolve('LISTED')).toBe('value');
    expect(() => known.resolve('HIDDEN')).toThrow('Secret HIDDEN is not listed; add it under "secrets:"');
    expect(() => known.resolve('EMPTY')).toThrow('set EMPTY, or EMPTY_FILE');
    expect(() => known.resolve('EMPTY')).toThrow(expect.objectContaining({ code: 'CC_SECRET_UNKNOWN' }));
  });

  it('asks the source again after a while, and blacks out the old value too', () => {
    const values = { TOKEN: 'first-value' };
    const rotated = secrets(values);
    values.TOKEN = 'second-value';
    expect(rotated.resolve('TOKEN')).toBe('first-value');
    const { now } = performance;
    performance.now = () => now.call(performance) + 6_000;
    expect(rotated.resolve('TOKEN')).toBe('second-value');
    performance.now = now;
    expect(rotated.redact('first-value, second-value')).toBe('***, ***');
  });

  it('blacks out values in any text, the longest first', () => {
    const known = secrets({ A: 'abcd', B: 'abcdef', C: 'a.*c', D: 'xyz' });
    expect(known.redact('abcdef abcd aXXc a.*c xyz')).toBe('*** *** aXXc *** xyz');
    expect(known.redact('nothing here')).toBe('nothing here');
  });

  it('knows a value as JSON and URLs write it', () => {
    const value = 'p"a\\s s\n/ü';
    const known = secrets({ PASSWORD: value });
    expect(known.redact(JSON.stringify({ password: value }))).toBe('{"password":"***"}');
    expect(known.redact(`https://x/?p=${encodeURIComponent(value)}&q=1`)).toBe('https://x/?p=***&q=1');
  });

  it.each(['p@ss word/x', "it's <50%> + `a`^{b}|", '../up dir/..', 'line\nbreak ', 'ä? & #1'])(
    'knows %j however an address is made of it',
    (value) => {
      const known = secrets({ PASSWORD: value });
      const form = new URLSearchParams({ p: value, q: '1' }).toString();
      expect(known.redact(form)).toBe('p=***&q=1');
      expect(known.redact(new URL(`https://x/v1${value}.json`).href)).toBe('https://x/v1***.json');
      expect(known.redact(new URL(`https://x/?p=${value}&q=1`).href)).toBe('https://x/?p=***&q=1');
      const url = new URL('https://x/');
      url.searchParams.set('p', value);
      expect(known.redact(url.href)).toBe('https://x/?p=***');
    },
  );

  it.each(['s3cret-value', 'p@ss wörd/x?', 'ab~~~\xff\xfe>>>??'])(
    'knows %j in base64, wherever it stands in it',
    (value) => {
      const known = secrets({ PASSWORD: value });
      for (const before of ['', 'a', 'ab', 'user:']) {
        for (const encoding of ['base64', 'base64url'] as const) {
          const whole = Buffer.from(`${before}${value}`).toString(encoding);
          for (const text of [whole, encodeURIComponent(whole)]) {
            const redacted = known.redact(`Basic ${text}.`);
            expect(redacted).toMatch(/^Basic [^*]*\*\*\*[^*]*\.$/);
            // What is left is of the neighbours, and of at most two letters they share with the value.
            expect(redacted.length).toBeLessThan('Basic ***.'.length + (before.length * 4) / 3 + 8);
          }
        }
      }
      expect(secrets({ SHORT: 'abcd' }).redact('YWJjZA')).toBe('YWJjZA');
    },
  );

  it('bears long runs of backslashes, and does not take a letter for the sign that JSON writes with it', () => {
    const known = secrets({ ODD: '\\"x\n"\\', LINES: 'a\nb\nc' });
    const began = performance.now();
    expect(known.redact('\\'.repeat(262_144))).toHaveLength(262_144);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(known.redact('anbnc, a\nb\nc, a\\nb\\nc')).toBe('anbnc, ***, ***');
    let text = '\\"x\n"\\';
    for (let depth = 0; depth < 6; depth += 1, text = JSON.stringify(text))
      expect(known.redact(text)).not.toContain('x');
  });

  it('knows a value in a text of JSON inside JSON', () => {
    const value = 'a "quoted" one';
    const known = secrets({ PASSWORD: value });
    expect(known.redact(JSON.stringify(JSON.stringify({ v: value })))).toBe('"{\\"v\\":\\"***\\"}"');
  });

  it('does not black out everything for a value of which a URL leaves nothing', () => {
    expect(secrets({ ODD: '\n\n\n\n' }).redact('https://x/?a=b')).toBe('https://x/?a=b');
  });

  it('leaves JSON what it is, whatever a value reads like', () => {
    const known = secrets({ PIN: '1234', WORD: 'true', SIGN: '":{"', KEY: 'key-text' });
    const redact = (text: string) => known.redact(text);
    const value = { n: 1234, yes: true, '": {"': '1234', list: ['":{"', { 'key-text': 'is true' }] };
    expect(JSON.parse(redactJson(JSON.stringify(value), redact))).toEqual({
      n: '***',
      yes: true,
      '": {"': '***',
      list: ['***', { '***': 'is ***' }],
    });
    const harmless = '{"a":1}';
    expect(redactJson(harmless, redact)).toBe(harmless);
    const deep = `${'['.repeat(100_000)}"1234"${']'.repeat(100_000)}`;
    expect(redactJson(deep, redact)).not.toContain('1234');
  });

  it('blacks out numbers that hold a value, in JSON and out of it', () => {
    const known = secrets({ PIN: '48213377', LONG: '4821337712345678901' });
    const redact = (text: string) => known.redact(text);
    const given = { pin: 48213377, inside: [-482133770.5, 17], long: 4821337712345678901, yes: true, none: null };
    const right = { pin: '***', inside: ['***', 17], long: '***', yes: true, none: null };
    expect(JSON.parse(redactJson(JSON.stringify(given), redact))).toEqual(right);
    expect(known.redactDeep(given)).toEqual(right);
    expect(known.redactDeep({ big: 48213377n, other: 12n })).toEqual({ big: '***', other: 12n });
  });

  it('bears a value that is not well-formed Unicode', () => {
    expect(secrets({ ODD: 'odd\ud800value' }).redact('odd\ud800value')).toBe('***');
  });

  it('blacks out all strings of a JSON value, keys too', () => {
    const known = secrets({ TOKEN: 'token' });
    expect(known.redactDeep({ a: ['a token', 1, null], token: { b: 'token' } })).toEqual({
      a: ['a ***', 1, null],
      '***': { b: '***' },
    });
    const loop: Record<string, unknown> = {};
    loop['self'] = loop;
    expect(JSON.stringify(known.redactDeep(loop))).toContain('***');
  });
});
