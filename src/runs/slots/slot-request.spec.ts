import { planOf } from '../../../test/support/plans.js';
import { slotsOf } from './slot-request.js';

const keyOf = (key: string | undefined, input: unknown) => {
  const plan = planOf({ a: {} }, { concurrency: key === undefined ? {} : { key } });
  return slotsOf(plan, input, { kind: 'event', event: { id: 'e' } })[0]!.key;
};

it('asks for no place without a policy, and for those of the trigger always', () => {
  const more = [{ key: 'line', limit: 1, whenFull: 'skip' }] as const;
  expect(slotsOf(planOf({ a: {} }), {}, { kind: 'manual' })).toEqual([]);
  expect(slotsOf(planOf({ a: {} }), {}, { kind: 'manual' }, more)).toEqual(more);
  expect(slotsOf(planOf({ a: {} }, { concurrency: { limit: 3 } }), {}, { kind: 'manual' }, more)).toEqual([
    { key: 'concurrency ', limit: 3, whenFull: 'queue' },
    ...more,
  ]);
});

it('tells keys apart by value and kind, and not by the order of their properties', () => {
  const keys = [1, '1', true, 'true', null, [1], { a: 1, b: 2 }].map((k) => keyOf('${{ input.k }}', { k }));
  expect(new Set([...keys, keyOf(undefined, {})]).size).toBe(8);
  expect(keyOf('${{ input.k }}', { k: { b: 2, a: 1 } })).toBe(keyOf('${{ input.k }}', { k: { a: 1, b: 2 } }));
  expect(keyOf('${{ event.id }} ${{ trigger.kind }}', {})).toBe('concurrency "e event"');
});

it('keeps keys short and storable', () => {
  const long = ['x'.repeat(10_000), 'x'.repeat(10_001)].map((k) => keyOf('${{ input.k }}', { k }));
  expect(long[0]).toMatch(/^[0-9a-f]{64}$/);
  expect(long[0]).not.toBe(long[1]);
  expect(keyOf('${{ input.k }}', { k: '\u0000' })).toBe('concurrency "\\u0000"');
});

it('says what is wrong with an input that has no key', () => {
  expect(() => keyOf('${{ input.k }}', {})).toThrow(expect.objectContaining({ code: 'CC_INPUT_INVALID' }));
});
