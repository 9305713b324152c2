import { startEngine, type Engine } from '../../test/support/engine.js';

const workflows = {
  fan: {
    steps: { each: { forEach: '${{ input.list }}', concurrency: 2, uses: 'test.much', with: { n: '${{ item }}' } } },
    finally: { tidy: {} },
  },
};

describe('a run that writes more than engine.maxRunBytes', () => {
  let engine: Engine;
  const made: number[] = [];

  beforeAll(async () => {
    const plugin = {
      much: (input: unknown) => (made.push((input as { n: number }).n), 'x'.repeat(100_000)),
      do: () => 1,
    };
    engine = await startEngine({ plugin, workflows, engine: { maxRunBytes: 1_000_000 } });
  });
  afterAll(() => engine.stop());

  it('fails, as a limit, soon after', async () => {
    const { id } = await engine.start('fan', { list: Array.from({ length: 200 }, (_, n) => n) });
    const row = await engine.ended(id);
    expect(row.status).toBe('failed');
    expect(JSON.parse(row.error!)).toMatchObject({ type: 'limit', code: 'CC_RUN_TOO_LARGE' });
    expect(made.length).toBeGreaterThanOrEqual(10);
    expect(made.length).toBeLessThan(30);
    const { rows } = await engine.database.pool.query<{ bytes: number }>(
      'SELECT sum(octet_length(data))::int AS bytes FROM run_event WHERE run_id = $1',
      [id],
    );
    expect(rows[0]!.bytes).toBeLessThan(2_000_000);
  });

  it('and one that stays below does not', async () => {
    const { id } = await engine.start('fan', { list: [1, 2, 3] });
    expect((await engine.ended(id)).status).toBe('succeeded');
  });
});
