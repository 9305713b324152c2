import { Logger } from '@nestjs/common';
import { testDatabase } from '../../../test/support/database.js';
import { eventually } from '../../../test/support/engine.js';
import { TcpProxy } from '../../../test/support/tcp-proxy.js';
import type { Database } from '../../database/index.js';
import { SteadyConnection } from './steady-connection.js';

Logger.overrideLogger(false);

let database: Database;
let connection: SteadyConnection;
beforeAll(async () => (database = await testDatabase()));
beforeEach(() => (connection = new SteadyConnection(database.url, 'steady')));
afterEach(() => connection.end());
afterAll(() => database.close());

const ask = (value: number) => connection.query<{ value: number }>('ask', 'SELECT $1::int AS value', [value]);
const mine = `application_name = 'commandcenter steady' AND datname = current_database()`;
const count = async () =>
  (await database.pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_stat_activity WHERE ${mine}`)).rows[0]!
    .n;
const terminate = () => database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${mine}`);

describe('a steady connection', () => {
  it('never gives pg two statements at a time, which its next version refuses (Node warns once, so this is the first test)', async () => {
    const warnings: string[] = [];
    const hear = (warning: Error) => warnings.push(warning.message);
    process.on('warning', hear);
    await Promise.all(Array.from({ length: 5 }, (_, n) => ask(n)));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });

  it('answers many at once over one connection, in order', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => ask(n)));
    expect(answers.map(([row]) => row!.value)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(await count()).toBe(1);
  });

  it('lets one statement fail without the ones behind it', async () => {
    const bad = connection.query('bad', 'SELECT 1 / $1::int', [0]);
    const good = ask(7);
    await expect(bad).rejects.toMatchObject({ code: '22012' });
    expect(await good).toEqual([{ value: 7 }]);
  });

  it('tells everybody who waited when it breaks, and is made again for the next', async () => {
    await ask(1);
    const slow = connection.query('slow', 'SELECT pg_sleep($1)', [30]);
    await eventually(async () => {
      const active = await database.pool.query(`SELECT FROM pg_stat_activity WHERE ${mine} AND state = 'active'`);
      expect(active.rowCount).toBe(1);
    });
    await terminate();
    await expect(slow).rejects.toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE' });
    expect(await ask(2)).toEqual([{ value: 2 }]);
  });

  it('leaves no second connection behind, however often it breaks under many statements', async () => {
    for (let n = 0; n < 15; n++) {
      const many = Array.from({ length: 8 }, (_, i) => ask(i).catch(() => undefined));
      await terminate();
      await Promise.all(many);
      await Promise.all([ask(1), ask(2)].map((one) => one.catch(() => undefined)));
    }
    await ask(1);
    await eventually(async () => expect(await count()).toBe(1), 3000);
    await connection.end();
    await eventually(async () => expect(await count()).toBe(0), 3000);
  });

  it('gives up a server that does not answer, and asks again on another connection', async () => {
    const proxy = await TcpProxy.open(database.url);
    const silent = new SteadyConnection(proxy.url, 'silent', 300);
    await silent.query('before', 'SELECT 1', []);
    const held = proxy.hold('swallowed');
    const answer = silent.query('swallowed', 'SELECT 1', []);
    const next = silent.query<{ n: number }>('next', 'SELECT 2 AS n', []);
    await held;
    await expect(answer).rejects.toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE' });
    expect(await next).toEqual([{ n: 2 }]);
    await silent.end();
    await proxy.close();
  });

  it('waits until the database is back, and gives up when the hub stops', async () => {
    const proxy = await TcpProxy.open(database.url);
    const { url } = proxy;
    await proxy.close();
    const cut = new SteadyConnection(url, 'cut');
    await expect(cut.query('ask', 'SELECT 1', [])).rejects.toMatchObject({ code: 'CC_DATABASE_UNAVAILABLE' });
    const back = cut.untilConnected();
    await cut.end();
    await expect(back).rejects.toThrow();
    await expect(cut.query('ask', 'SELECT 1', [])).rejects.toMatchObject({ code: 'CC_SHUTTING_DOWN' });
  });
});
