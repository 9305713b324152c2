import { randomUUID } from 'node:crypto';
import { type Engine, eventually, startEngine } from '../../test/support/engine.js';
import { insertRun, insertSignal } from '../../test/support/runs.js';
import { Definitions } from '../definitions/index.js';
import { Replica } from './replica.js';

const workflows = { hello: { steps: { a: {} } } };
const longAgo = new Date(Date.now() - 60_000);
const calls: string[] = [];

let engine: Engine;
let workflow: { workflow_id: string; version: string; created_at: Date };

beforeAll(async () => {
  engine = await startEngine({
    plugin: { do: (_, { run }) => void calls.push(run.id) },
    workflows,
    engine: { sweepMs: 150 },
  });
  const plan = await engine.inside(Definitions).get('hello');
  workflow = { workflow_id: 'hello', version: plan.version, created_at: longAgo };
});
afterAll(() => engine.stop());

/** A run of the past, as a row and RunCreated, that no job hints at. */
const forgotten = (columns = {}) => insertRun(engine.database, { ...workflow, status: 'queued', ...columns });

describe('the sweeper', () => {
  it('finds a run whose hint was lost', async () => {
    const id = await forgotten();
    expect(await engine.ended(id)).toMatchObject({ status: 'succeeded', epoch: 2, suspect: false });
  });

  it('finds a run whose owner is not in the list of replicas: it was taken over, and its steps are suspects', async () => {
    const owner = randomUUID();
    const id = await forgotten({ owner, status: 'running' });
    expect(await engine.ended(id)).toMatchObject({ status: 'succeeded', owner: null });
    expect((await engine.log(id)).slice(0, 2)).toEqual(['RunCreated', 'RunTakenOver']);
  });

  it('finds a run that is its own by the row and that it does not drive: an answer was lost', async () => {
    const id = await forgotten({ owner: engine.inside(Replica).id, status: 'running', epoch: 7 });
    expect(await engine.ended(id)).toMatchObject({ status: 'succeeded', epoch: 9, suspect: false });
    expect((await engine.log(id))[1]).toBe('RunStarted');
  });

  it('finds a run that sleeps beyond its instant, and one that has a signal', async () => {
    const due = await forgotten({ status: 'waiting', wake_at: new Date(Date.now() - 1000) });
    const signalled = await forgotten({ status: 'waiting', wake_at: new Date(Date.now() + 1e7) });
    await insertSignal(engine.database, signalled);
    expect(await engine.ended(due)).toMatchObject({ status: 'succeeded' });
    expect(await engine.ended(signalled)).toMatchObject({ status: 'cancelled' });
  });

  it('leaves alone what sleeps, what has ended and what a living replica owns', async () => {
    const other = randomUUID();
    const register = `INSERT INTO replica (id, lock_key, host, pid, role, heartbeat_at) VALUES ($1, 1, 'h', 1, 'all', now() + interval '1 hour')`;
    await engine.database.pool.query(register, [other]);
    const left = [
      await forgotten({ status: 'waiting', wake_at: new Date(Date.now() + 1e7) }),
      await forgotten({ status: 'succeeded', finished_at: new Date() }),
      await forgotten({ owner: other, status: 'running' }),
    ];
    const marker = await forgotten(); // swept with them or after them
    await engine.ended(marker);
    await new Promise((resolve) => setTimeout(resolve, 400));
    for (const id of left) expect(await engine.row(id)).toMatchObject({ epoch: 1, seq: 1 });
    await engine.database.pool.query('DELETE FROM replica WHERE id = $1', [other]);
  });

  it('does not take from its own memory what it drives', async () => {
    const started = await Promise.all(Array.from({ length: 30 }, () => engine.start('hello')));
    for (const { id } of started) expect(await engine.ended(id)).toMatchObject({ epoch: 1 });
    expect(calls.filter((id) => started.some((run) => run.id === id))).toHaveLength(30);
  });

  it('keeps one hint for a run that no replica has room for', async () => {
    const id = await forgotten({ workflow_id: 'gone', version: 'v0' }); // cannot be driven: given back for 30 s
    await eventually(async () => {
      const row = await engine.row(id);
      expect(row.owner).toBeNull();
      expect(row.wake_at!.getTime()).toBeGreaterThan(Date.now());
    });
    await engine.database.pool.query('UPDATE run SET finished_at = now() WHERE id = $1', [id]);
  });

  it('makes partitions ahead', async () => {
    const drop = `SELECT to_regclass('run_' || to_char(date_trunc('week', now() AT TIME ZONE 'UTC') + interval '14 days', 'YYYYMMDD'))::text AS name`;
    const { rows } = await engine.database.pool.query<{ name: string }>(drop);
    expect(rows[0]!.name).toMatch(/^run_\d{8}$/);
  });
});
