import fc from 'fast-check';
import { topologicalOrder, upstreamOf } from './graph.js';

const graph = (needs: Record<string, string[]>) => new Map(Object.entries(needs));

describe('the order of steps', () => {
  it('keeps the order of the file where needs leave a choice', () => {
    expect(topologicalOrder(graph({ c: [], a: ['c'], b: ['c'], d: ['b', 'a'] }))).toEqual({
      ok: true,
      order: ['c', 'a', 'b', 'd'],
    });
  });

  it.each([
    [{ a: ['a'] }, 'a -> a'],
    [{ a: ['b'], b: ['a'] }, 'a -> b -> a'],
    [{ start: [], a: ['start', 'c'], b: ['a'], c: ['b'], after: ['c'] }, 'a -> c -> b -> a'],
  ])('names the cycle of %j', (needs, cycle) => {
    const order = topologicalOrder(graph(needs));
    expect(order.ok ? undefined : order.cycle.join(' -> ')).toBe(cycle);
  });

  it('ignores a need written twice, and needs that do not exist', () => {
    expect(topologicalOrder(graph({ b: ['a', 'a', 'ghost'], a: [] }))).toEqual({ ok: true, order: ['a', 'b'] });
  });

  it('puts every step after its needs, or names a cycle that is one', () => {
    const anyGraph = fc
      .integer({ min: 1, max: 12 })
      .chain((n) =>
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: n - 1 }), { maxLength: 3 }), { minLength: n, maxLength: n }),
      )
      .map((lists) => new Map(lists.map((list, i) => [`s${i}`, list.map((need) => `s${need}`)])));
    fc.assert(
      fc.property(anyGraph, (needs) => {
        const order = topologicalOrder(needs);
        if (order.ok) {
          expect(order.order.toSorted()).toEqual([...needs.keys()].toSorted());
          for (const [id, list] of needs)
            for (const need of list) expect(order.order.indexOf(need)).toBeLessThan(order.order.indexOf(id));
        } else {
          expect(order.cycle.at(-1)).toBe(order.cycle[0]);
          order.cycle.slice(0, -1).forEach((id, i) => expect(needs.get(id)).toContain(order.cycle[i + 1]));
        }
      }),
    );
  });

  it('knows all that comes before a step, layers of diamonds at no cost', () => {
    const needs = new Map<string, string[]>([['s0', []]]);
    for (let i = 1; i < 60; i++) needs.set(`s${i}`, [`s${i - 1}`, ...(i > 1 ? [`s${i - 2}`] : [])]);
    expect(upstreamOf('s59', needs).size).toBe(59);
  });
});
