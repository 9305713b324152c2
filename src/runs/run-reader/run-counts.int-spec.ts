import { testDatabase } from '../../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../../test/support/engine.js';
import { entities } from '../../app.module.js';
import type { Database } from '../../database/index.js';
import { CommandPort, CommandPorts } from '../outside/command-port.js';
import { RunControl } from '../run-control.js';
import { RunCounter } from './run-counts.js';

const nap = { sleep: '1h' };
const workflows = {
  sleeps: { steps: { nap } },
  listens: { steps: { paid: { waitFor: { event: 'order.paid' } } } },
  asks: { steps: { ok: { approval: { message: 'Go?' } } } },
  retries: { steps: { a: { uses: 'test.fail', retry: { attempts: 2, delay: '1h', jitter: false } } } },
  parent: { steps: { sub: { workflow: 'sleeps' } } },
  lines: { concurrency: { limit: 1, whenFull: 'queue' as const }, steps: { nap } },
};

class Desk extends CommandPort {
  override async requestApproval(): Promise<void> {}
  override async closeApproval(): Promise<boolean> {
    return true;
  }
}

describe('how long the oldest due run has waited', () => {
  let database: Database;
  /** Drives nothing: what the rows say stays as it is. */
  let watcher: Engine;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    database = await testDatabase({ entities });
    const plugin = { fail: () => Promise.reject(new Error('not now')) };
    const driver = await startEngine({ database, plugin, workflows, engine: { holdTimersMs: 0 } });
    driver.inside(CommandPorts).use(new Desk());
    for (const id of Object.keys(workflows)) ids[id] = (await driver.start(id)).id;
    ids['second in line'] = (await driver.start('lines')).id;
    ids['paused'] = (await driver.start('sleeps')).id;
    const atRest = (status: string, count: number) =>
      eventually(async () => {
        const sql = `SELECT count(*)::int AS runs FROM run WHERE owner IS NULL AND finished_at IS NULL AND status = $1 AND wake_at > now()`;
        expect((await database.pool.query(sql, [status])).rows).toEqual([{ runs: count }]);
      });
    await atRest('waiting', 8); // the child of `parent` too
    await driver.inside(RunControl).pause(ids['paused']!, 'test');
    await atRest('paused', 1);
    await driver.stop();
    watcher = await startEngine({ database, plugin, workflows, role: 'api' });
  });
  afterAll(async () => {
    await watcher.stop();
    await database.close();
  });

  const count = () => watcher.inside(RunCounter).count();
  const dueSince = (run: string, ago: string) =>
    database.pool.query('UPDATE run SET wake_at = clock_timestamp() - $2::interval WHERE id = $1', [ids[run], ago]);

  it('knows nothing of runs that sleep, wait, stand in line or are paused', async () => {
    expect(await count()).toEqual({ open: { queued: 1, waiting: 7, paused: 1 }, oldestDueSeconds: 0 });
  });

  it('nor of a paused run whose time comes: nobody waits for what goes on with it', async () => {
    await dueSince('paused', '1 hour');
    expect((await count()).oldestDueSeconds).toBe(0);
  });

  it.each([
    ['sleeps', 60],
    ['retries', 120],
  ])('counts a run from the moment at which it is due again: %s', async (run, seconds) => {
    await dueSince(run, `${seconds} seconds`);
    const { oldestDueSeconds } = await count();
    expect(oldestDueSeconds).toBeGreaterThanOrEqual(seconds);
    expect(oldestDueSeconds).toBeLessThan(seconds + 20);
    await database.pool.query(`UPDATE run SET wake_at = 'infinity' WHERE id = $1`, [ids[run]]);
  });

  it('counts a run that nobody has begun from its start', async () => {
    const { id } = await watcher.start('sleeps');
    expect(await watcher.row(id)).toMatchObject({ status: 'queued', owner: null, wake_at: null });
    await database.pool.query(`UPDATE run SET created_at = created_at - interval '30 seconds' WHERE id = $1`, [id]);
    const { open, oldestDueSeconds } = await count();
    expect(open.queued).toBe(2);
    expect(oldestDueSeconds).toBeGreaterThanOrEqual(30);
    expect(oldestDueSeconds).toBeLessThan(50);
  });
});
