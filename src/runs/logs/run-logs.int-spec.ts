import { Logger } from '@nestjs/common';
import { testDatabase } from '../../../test/support/database.js';
import { insertRun } from '../../../test/support/runs.js';
import { loadConfig } from '../../config/index.js';
import type { Database } from '../../database/index.js';
import { type LogLine, RunLogs } from './run-logs.js';

Logger.overrideLogger(false);

let database: Database;
let logs: RunLogs;
let run: string;
const defaults = loadConfig({}, '/');

beforeAll(async () => (database = await testDatabase()));
beforeEach(async () => {
  run = await insertRun(database);
  logs = new RunLogs(database, { ...defaults, engine: { ...defaults.engine, maxLogBytes: 2000 } });
});
afterEach(() => logs.onApplicationShutdown());
afterAll(() => database.close());

const line = (message: string, more: Partial<LogLine> = {}): LogLine => ({
  runId: run,
  at: 1_700_000_000_123,
  level: 'info',
  step: 'a',
  attempt: 1,
  message,
  fields: null,
  ...more,
});
const lines = async (id = run) =>
  (
    await database.pool.query<{ message: string; fields: string | null; at: Date }>(
      'SELECT * FROM run_log WHERE run_id = $1 ORDER BY seq',
      [id],
    )
  ).rows;

describe('step logs', () => {
  it('are written in order, soon and without being asked', async () => {
    for (const text of ['one', 'two', 'three']) logs.write(line(text, { fields: '{"n":1}' }));
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await lines()).map(({ message }) => message)).toEqual(['one', 'two', 'three']);
    expect((await lines())[0]).toMatchObject({
      fields: '{"n":1}',
      at: new Date(1_700_000_000_123),
      level: 'info',
      step: 'a',
      attempt: 1,
    });
  });

  it('take every text, and one that PostgreSQL cannot hold harms no other', async () => {
    for (const text of ['nul \u0000', 'half \ud800', '\\"{},NULL', '', 'ä \u{1f600}']) logs.write(line(text));
    await logs.flush();
    expect((await lines()).map(({ message }) => message)).toEqual([
      'nul \ufffd',
      'half \ufffd',
      '\\"{},NULL',
      '',
      'ä \u{1f600}',
    ]);
  });

  it('are cut per run, and say so once', async () => {
    const other = await insertRun(database);
    for (let n = 0; n < 100; n++) logs.write(line('x'.repeat(100)));
    logs.write(line('still here', { runId: other }));
    await logs.flush();
    const written = await lines();
    expect(written.length).toBeLessThan(20);
    expect(written.filter(({ message }) => message.includes('engine.maxLogBytes is 2000'))).toHaveLength(1);
    expect(written.at(-1)!.message).toContain('cut here');
    expect((await lines(other)).map(({ message }) => message)).toEqual(['still here']);
  });

  it('cut a single line that is larger than all', async () => {
    expect(logs.write(line('x'.repeat(1_000_000)))?.message.length).toBeLessThan(100);
    await logs.flush();
    expect((await lines()).map(({ message }) => message.length < 100)).toEqual([true]);
  });

  it('cut a long message and drop long fields, and give back what they keep', async () => {
    logs = new RunLogs(database, { ...defaults, engine: { ...defaults.engine, maxLogBytes: 100_000 } });
    const fields = JSON.stringify({ body: 'y'.repeat(20_000) });
    const kept = logs.write(line('x'.repeat(6_000_000), { fields }));
    await logs.flush();
    const [written] = await lines();
    expect(written!.message).toBe(`${'x'.repeat(16 * 1024)} [cut: 6000000 characters]`);
    expect(JSON.parse(written!.fields!)).toEqual({ cut: `[cut: ${fields.length} characters]` });
    expect(kept).toMatchObject({ message: written!.message, fields: written!.fields });
    expect(logs.write(line('x'.repeat(90_000)))).toMatchObject({ message: expect.stringContaining('[cut: 90000') as string }); // prettier-ignore
    for (let n = 0; n < 10; n++) logs.write(line('x'.repeat(16 * 1024)));
    expect(logs.write(line('more'))).toBeUndefined();
    await logs.flush();
    expect((await lines()).at(-1)!.message).toContain('engine.maxLogBytes is 100000');
  });

  it('are written at the end', async () => {
    logs.write(line('last words'));
    await logs.onApplicationShutdown();
    expect(await lines()).toHaveLength(1);
  });

  it('never fail the work when the database does not take them', async () => {
    logs.write(line('bad', { runId: 'no uuid' }));
    await expect(logs.flush()).resolves.toBeUndefined();
    logs.write(line('good'));
    await logs.flush();
    expect(await lines()).toHaveLength(1);
  });
});
