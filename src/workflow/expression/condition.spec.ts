import { compileConditionWith } from './condition.js';
import type { Complaint } from './references.js';

function compile(source: string | boolean) {
  const complaints: Complaint[] = [];
  const condition = compileConditionWith(source, {
    names: ['input'],
    where: 'steps.a.if',
    statusFunctions: true,
    complain: (complaint) => complaints.push(complaint),
  });
  return { condition, complaints };
}

const good = { success: true, failure: false };
const bad = { success: false, failure: true };

describe('if', () => {
  it.each<[string | boolean, boolean, boolean, boolean]>([
    // source, uses a status function, when needs are good, when one failed
    [true, false, true, true],
    [false, false, false, false],
    ['input.on', false, true, true],
    ['${{ input.on && !input.off }}', false, true, true],
    ['  ${{ input.off }}  ', false, false, false],
    ['success()', true, true, false],
    ['${{ failure() }}', true, false, true],
    ['always()', true, true, true],
    ['${{ always() && input.off }}', true, false, false],
    ['failure() || input.on', true, true, true],
    ['!success()', true, false, true],
    ['${{ {"a": {"b": true}}.a.b }}', false, true, true],
  ])('%j', (source, usesStatus, whenGood, whenBad) => {
    const { condition, complaints } = compile(source);
    expect(complaints).toEqual([]);
    expect(condition.usesStatus).toBe(usesStatus);
    const scope = { input: { on: true, off: false } };
    expect([condition.evaluate(scope, good), condition.evaluate(scope, bad)]).toEqual([whenGood, whenBad]);
  });

  it.each([
    ['', /empty/, 0],
    ['${{ input.on }} && true', /one expression/, 0],
    ['x${{ input.on }}', /one expression/, 0],
    ['"text"', /must be true or false, this is string/, 0],
    ['${{ 1 + 1 }}', /must be true or false, this is int/, 3],
    ['success(1)', /no matching overload|with 1/, 0],
    [' ${{ nope }}', /not known/, 5],
  ])('refuses %j', (source, message, at) => {
    const { condition, complaints } = compile(source);
    expect(complaints).toEqual([expect.objectContaining({ message: expect.stringMatching(message) as string, at })]);
    expect(condition.evaluate({}, good)).toBe(false);
  });

  it('fails when the answer is no boolean', () => {
    const { condition } = compile('input.on');
    expect(() => condition.evaluate({ input: { on: 'yes' } }, good)).toThrow(
      'steps.a.if: ${{ input.on }} must be true or false, not string',
    );
  });
});
