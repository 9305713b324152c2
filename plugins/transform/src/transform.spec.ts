import { agentContract, fakeContext } from '@commandcenter/sdk/testing';
import { evaluate } from '@marcbachmann/cel-js';
import plugin from './index.js';
import { maxItems, TransformAgent } from './transform-agent.js';

/** A CEL close enough to the hub's for these expressions. */
const cel = (expression: string, scope: Readonly<Record<string, unknown>>): unknown => {
  const value: unknown = evaluate(expression, { ...scope });
  return typeof value === 'bigint' ? Number(value) : value;
};

const people = [{ age: 12 }, { age: 20 }];

agentContract(plugin, {
  context: { evaluate: cel },
  examples: {
    'transform.value': {
      right: [
        { input: { value: { a: [1, null] } }, output: { a: [1, null] } },
        { input: { value: null }, output: null },
      ],
      wrong: [{}, { value: 1, other: 2 }],
    },
    'transform.map': {
      right: [
        { input: { items: people, expression: 'item.age' }, output: [12, 20] },
        { input: { items: [], expression: 'item' }, output: [] },
      ],
      wrong: [{ items: 'a', expression: 'item' }, { items: [], expression: '' }, { items: [] }],
    },
    'transform.filter': {
      right: [
        { input: { items: people, expression: 'item.age >= 18' }, output: [{ age: 20 }] },
        { input: { items: people, expression: 'index == 0' }, output: [{ age: 12 }] },
        { name: 'not a boolean', input: { items: people, expression: 'item.age' }, fails: 'terminal' },
      ],
      wrong: [{ items: Array.from({ length: maxItems + 1 }), expression: 'true' }],
    },
  },
});

describe('transform.filter', () => {
  it('names the item whose answer is neither true nor false', async () => {
    const filter = new TransformAgent().filter(
      { items: [1], expression: 'item' },
      fakeContext({ evaluate: (_, { item }) => item }),
    );
    await expect(filter).rejects.toThrow('"item" gave number for items[0]');
  });
});

it('gives the hub its turn between slow expressions, and stops when told', async () => {
  const controller = new AbortController();
  let evaluations = 0;
  const slow = () => {
    evaluations += 1;
    for (const end = performance.now() + 15; performance.now() < end;);
    return true;
  };
  setTimeout(() => controller.abort(new Error('timeout')), 50);
  const context = fakeContext({ signal: controller.signal, evaluate: slow });
  const items = Array.from({ length: 200 }, () => 1);
  await expect(new TransformAgent().map({ items, expression: 'item' }, context)).rejects.toThrow('timeout');
  expect(evaluations).toBeLessThan(150);
});
