import { type Engine, startEngine } from '../../../test/support/engine.js';
import { RunReader } from './run-reader.js';

describe('lists of runs', () => {
  let engine: Engine;
  let reader: RunReader;

  beforeAll(async () => {
    engine = await startEngine({ plugin: { do: () => 1 }, workflows: { small: { steps: { one: {} } } } });
    reader = engine.inside(RunReader);
  });
  afterAll(() => engine.stop());
  afterEach(() => engine.database.pool.query('DELETE FROM run'));

  /** Rows of runs that ended, a millisecond apart, the newest last. */
  const past = (count: number, trigger: string) =>
    engine.database.pool.query(
      `INSERT INTO run (id, workflow_id, version, status, trigger, epoch, seq, trace_id, span_id, created_at, finished_at)
       SELECT (lpad(to_hex(1764000000000 + n), 12, '0') || repeat('0', 20))::uuid, 'small', 'v', 'succeeded', $2, 1, 1, 't', 's', now(), now()
         FROM generate_series((SELECT count(*) FROM run) + 1, (SELECT count(*) FROM run) + $1) AS n`,
      [count, trigger],
    );
  const all = async (filter: Parameters<RunReader['list']>[0]) => {
    const pages: string[][] = [];
    for (let cursor: string | undefined; ;) {
      const page = await reader.lines({ ...filter, cursor });
      pages.push(page.items.map(({ id }) => id));
      if (page.nextCursor === null) return pages;
      cursor = page.nextCursor;
    }
  };

  it('look through so many runs for what has no index, and go on where they stopped', async () => {
    await past(5, 'webhook');
    await past(60_000, 'manual');
    await past(3, 'webhook');
    const pages = await all({ trigger: ['webhook'], limit: 50 });
    expect(pages.map((ids) => ids.length)).toEqual([3, 5]);
    expect(new Set(pages.flat()).size).toBe(8);
    expect((await reader.list({ trigger: ['webhook'], limit: 50 })).nextCursor).not.toBeNull();
    expect((await all({ status: ['succeeded'], trigger: ['webhook'], limit: 2 })).map((ids) => ids.length)).toEqual([
      2, 1, 2, 2, 1,
    ]);
  });

  it('do not stop where an index finds what is asked for', async () => {
    await past(10, 'manual');
    expect(await reader.lines({ status: ['failed'], limit: 50 })).toEqual({ items: [], nextCursor: null });
    expect((await all({ workflow: 'small', limit: 4 })).map((ids) => ids.length)).toEqual([4, 4, 2]);
  });

  it('for people hold no payloads, and what triggered a run as long as that is small', async () => {
    const trigger = { kind: 'manual', by: 'ada' } as const;
    const small = await engine.start('small', { text: 'x' }, { trigger });
    const large = await engine.start('small', { text: 'x'.repeat(100_000) }, { trigger });
    await Promise.all([engine.ended(small.id), engine.ended(large.id)]);
    const { items } = await reader.lines({ limit: 50 });
    expect(items).toMatchObject([
      { id: large.id, status: 'succeeded', trigger: { kind: 'manual' } },
      { id: small.id, status: 'succeeded', trigger },
    ]);
    expect(JSON.stringify(items).length).toBeLessThan(1000);
  });
});
