import { type Engine, startEngine } from '../../../test/support/engine.js';
import { Reruns } from '../starting/reruns.js';
import { RunReader } from './run-reader.js';

const workflows = {
  fan: {
    steps: {
      each: {
        forEach: '${{ input.list }}',
        concurrency: 20,
        uses: 'test.many',
        with: { bytes: '${{ input.bytes }}', n: '${{ item }}' },
      },
      last: { needs: ['each'], uses: 'test.many', with: { bytes: 10, n: 7 } },
    },
  },
};
const plugin = { many: (input: unknown) => ({ n: (input as { n: number }).n, text: 'x'.repeat((input as { bytes: number }).bytes) }) }; // prettier-ignore

describe('a run with more bytes of output than one answer has room for', () => {
  let engine: Engine;
  let reader: RunReader;

  beforeAll(async () => {
    engine = await startEngine({ plugin, workflows });
    reader = engine.inside(RunReader);
  });
  afterAll(() => engine.stop());

  const ended = async (items: number, bytes: number) => {
    const { id } = await engine.start('fan', { list: Array.from({ length: items }, (_, n) => n), bytes });
    expect((await engine.ended(id, 60_000)).status).toBe('succeeded');
    return id;
  };
  const sizeOf = (value: unknown) => JSON.stringify(value).length;

  it('is told with as many as fit, and says of each other one where it is', async () => {
    const run = await reader.get(await ended(60, 200_000));
    expect(sizeOf(run)).toBeLessThan(4.5 * 1024 * 1024);
    const items = run.steps.filter(({ id, path }) => id === 'each' && path !== id);
    const given = items.filter(({ output }) => output !== null);
    expect(given.length).toBe(20);
    expect(given.every(({ outputLeftOut }) => outputLeftOut === undefined)).toBe(true);
    for (const [n, { output, outputLeftOut, status }] of items.entries()) {
      expect(status).toBe('succeeded');
      if (output !== null) continue;
      expect(outputLeftOut!.bytes).toBeGreaterThan(200_000);
      const [, id, cursor] = /^\/api\/v1\/runs\/([\w-]+)\/events\?cursor=(\d+)&limit=1$/.exec(outputLeftOut!.href)!;
      const { items: events } = await reader.events(id!, { cursor, limit: 1 });
      expect(events).toMatchObject([{ type: 'StepSucceeded', step: `each[${n}]`, output: { n } }]);
    }
    const list = run.steps.find(({ path }) => path === 'each')!;
    expect(list).toMatchObject({ output: null, outputLeftOut: { href: `/api/v1/runs/${run.id}/events` } });
    expect(run.steps.find(({ path }) => path === 'last')!.output).toEqual({ n: 7, text: 'x'.repeat(10) });
  });

  it('is told whole while it is small, but a long list not twice', async () => {
    const small = await reader.get(await ended(3, 100));
    expect(small.steps[0]!.output).toEqual([0, 1, 2].map((n) => ({ n, text: 'x'.repeat(100) })));
    expect(small.steps.filter(({ outputLeftOut }) => outputLeftOut !== undefined)).toEqual([]);
    const { steps } = await reader.get(await ended(3, 30_000));
    expect(steps[0]).toMatchObject({
      path: 'each',
      output: null,
      outputLeftOut: { bytes: expect.any(Number) as number },
    });
    expect(steps.slice(1, 4).map(({ output }) => sizeOf(output) > 30_000)).toEqual([true, true, true]);
  });

  it('is told as briefly when another run kept what it came to', async () => {
    const id = await ended(60, 200_000);
    const again = await engine.inside(Reruns).rerun({ run: id, by: 'ann', from: 'last', oldVersions: false });
    await engine.ended(again.id, 60_000);
    const run = await reader.get(again.id);
    expect(sizeOf(run)).toBeLessThan(100_000);
    const first = { href: `/api/v1/runs/${again.id}/events?cursor=0&limit=1` };
    expect(run.steps.slice(1, 61).every(({ outputLeftOut }) => outputLeftOut?.href === first.href)).toBe(true);
    expect(run.steps.at(-1)).toMatchObject({ path: 'last', status: 'succeeded', output: { n: 7 } });
  });
});
