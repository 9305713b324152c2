import { testDatabase } from '../../test/support/database.js';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import { entities } from '../app.module.js';
import type { Database } from '../database/index.js';

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const calls = new Map<string, string[]>();

const actions = {
  do: (_: unknown, { run, step, attempt }: { run: { id: string }; step: string; attempt: number }) => {
    calls.set(run.id, [...(calls.get(run.id) ?? []), `${step} ${attempt}`]);
    return sleep(5);
  },
  wait: (_: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
};
const ids = Array.from({ length: 10 }, (_, n) => `s${n}`);
const workflows = {
  long: { steps: Object.fromEntries(ids.map((id, n) => [id, n === 0 ? {} : { needs: [ids[n - 1]!] }])) },
  waiting: { steps: { a: { uses: 'test.wait' } } },
  retrying: { steps: { a: { uses: 'test.wait', timeout: '100ms', retry: { attempts: 2, delay: '1h' } } } },
};

let database: Database;
let engine: Engine;
beforeAll(async () => {
  database = await testDatabase({ entities });
  engine = await startEngine({ database, plugin: actions, workflows });
});
afterAll(async () => {
  await engine.stop();
  await database.close();
});

const terminate = (name: string) =>
  database.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE $1 AND pid <> pg_backend_pid()`,
    [name],
  );

describe('a hub whose connections are ended under load', () => {
  it('loses no run and repeats no step', async () => {
    const started: string[] = [];
    const refused: unknown[] = [];
    const starting = (async () => {
      for (let n = 0; n < 60; n++) {
        await engine.start('long').then(({ id }) => started.push(id), (thrown: unknown) => refused.push(thrown)); // prettier-ignore
        await sleep(10);
      }
    })();
    for (let n = 0; n < 12; n++) {
      await terminate('commandcenter%').catch(() => undefined);
      await sleep(60);
    }
    await starting;
    // A start is refused with a code that says to try again, or it is a run.
    for (const thrown of refused) expect(thrown).toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE' });
    expect(started.length).toBeGreaterThan(20);
    for (const id of started) {
      expect(await engine.ended(id, 30_000)).toMatchObject({ status: 'succeeded', suspect: false, crashes: 0 });
      expect(calls.get(id)).toEqual(ids.map((step) => `${step} 1`));
      expect((await engine.log(id)).filter((line) => line.startsWith('StepSucceeded'))).toHaveLength(10);
    }
    const { rows } = await database.pool.query('SELECT id FROM run WHERE finished_at IS NULL');
    for (const { id } of rows as { id: string }[])
      expect(await engine.ended(id, 30_000)).toMatchObject({ status: 'succeeded' });
  });

  it('hears a signal that was sent while it did not listen', async () => {
    const { id } = await engine.start('waiting');
    await sleep(50);
    await terminate('commandcenter signals');
    await engine.cancel(id);
    expect(await engine.ended(id, 15_000)).toMatchObject({ status: 'cancelled' });
  });

  it('gives a run back whose release broke', async () => {
    const { id } = await engine.start('retrying');
    for (let n = 0; n < 20; n++) {
      await terminate('commandcenter leases');
      await sleep(20);
    }
    await eventually(
      async () => expect(await engine.row(id)).toMatchObject({ status: 'waiting', owner: null }),
      15_000,
    );
    await engine.cancel(id);
    expect(await engine.ended(id, 15_000)).toMatchObject({ status: 'cancelled' });
  });
});

describe('a replica that only answers the API', () => {
  it('accepts runs and drives none: a worker does', async () => {
    const own = await testDatabase({ entities });
    const api = await startEngine({ database: own, plugin: actions, workflows, role: 'api' });
    const { id, status } = await api.start('long');
    expect(status).toBe('queued');
    await sleep(300);
    expect(await api.row(id)).toMatchObject({ owner: null, status: 'queued', epoch: 1 });
    const worker = await startEngine({ database: own, plugin: actions, workflows, role: 'worker' });
    expect(await api.ended(id)).toMatchObject({ status: 'succeeded' });
    await api.stop();
    await worker.stop();
    await own.close();
  });
});

describe('two replicas', () => {
  it('share what waits, and no step is executed by both', async () => {
    const own = await testDatabase({ entities });
    const options = { database: own, plugin: actions, workflows, engine: { maxRuns: 5 } };
    const [one, other] = [await startEngine(options), await startEngine(options)];
    const started = await Promise.all(Array.from({ length: 60 }, (_, n) => (n % 2 ? one : other).start('long')));
    for (const { id } of started) {
      expect(await one.ended(id, 30_000)).toMatchObject({ status: 'succeeded' });
      expect(calls.get(id)).toEqual(ids.map((step) => `${step} 1`));
    }
    await one.stop();
    await other.stop();
    await own.close();
  });

  it("cancel each other's runs", async () => {
    const other = await startEngine({ database, plugin: actions, workflows });
    const { id } = await engine.start('waiting');
    await sleep(50);
    await other.cancel(id);
    expect(await engine.ended(id, 3000)).toMatchObject({ status: 'cancelled', epoch: 1 });
    await other.stop();
  });
});
