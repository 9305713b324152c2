import { compileSchema } from './schema.js';

describe('patterns of schemas', () => {
  it('are told apart between schemas', () => {
    const ofLetters = compileSchema({ type: 'string', pattern: '^[a-z]+$' });
    const ofDigits = compileSchema({ type: 'string', pattern: '^[0-9]+$' });
    expect([ofLetters('abc').ok, ofLetters('123').ok, ofDigits('abc').ok, ofDigits('123').ok]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it('take time that grows with the text only', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' });
    const began = Date.now();
    expect(check(`${'a'.repeat(50_000)}!`).ok).toBe(false);
    expect(Date.now() - began).toBeLessThan(1_000);
  });
});
