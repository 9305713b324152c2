import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { failureKind } from '@commandcenter/sdk';
import { agentContract, fakeContext, startPlugin, type StartedPlugin } from '@commandcenter/sdk/testing';
import pg from 'pg';
import plugin from '../plugins/postgres/src/index.js';
import { PostgresOptions } from '../plugins/postgres/src/options.js';
import { PostgresAgent } from '../plugins/postgres/src/postgres-agent.js';
import { StatementInput } from '../plugins/postgres/src/statement-schema.js';
import { testDatabaseUrl } from './support/database.js';

let database: { url: string; drop: () => Promise<void> };
let sql: pg.Client;
let started: StartedPlugin;
const secrets: Record<string, string> = {};
const options = {
  connections: {
    shop: { url: 'SHOP_URL', maxRows: 100, maxBytes: 10_000, statementTimeoutMs: 5_000, poolSize: 2 },
    books: { url: 'SHOP_URL', readOnly: false, poolSize: 1 },
    quick: { url: 'SHOP_URL', statementTimeoutMs: 50 },
    wrong: { url: 'WRONG_URL' },
  },
};

beforeAll(async () => {
  database = await testDatabaseUrl({ empty: true });
  secrets['SHOP_URL'] = database.url;
  const wrong = new URL(database.url);
  wrong.password = 's3cr3t';
  secrets['WRONG_URL'] = wrong.href;
  sql = new pg.Client(database.url);
  await sql.connect();
  await sql.query('CREATE TABLE item (id int PRIMARY KEY, name text); INSERT INTO item VALUES (1, $$tea$$), (2, $$milk$$)'); // prettier-ignore
  started = await startPlugin(plugin, PostgresOptions.parse(options), secrets);
});
afterAll(async () => {
  await started.stop();
  await sql.end();
  await database.drop();
});

type Action = 'query' | 'execute';
async function on(plugged: StartedPlugin, action: Action, input: object, ctx = fakeContext()) {
  return (plugged.get(PostgresAgent) as PostgresAgent)[action](StatementInput.parse(input), ctx);
}
const query = (text: string, parameters: unknown[] = [], rest: object = {}, ctx = fakeContext()) =>
  on(started, 'query', { connection: 'shop', sql: text, parameters, ...rest }, ctx);
const execute = (text: string, parameters: unknown[] = []) =>
  on(started, 'execute', { connection: 'books', sql: text, parameters });
async function failure(work: Promise<unknown>): Promise<[string | undefined, string]> {
  const thrown = await work.then((output) => new Error(`no failure: ${JSON.stringify(output)}`), (e: Error) => e); // prettier-ignore
  return [failureKind(thrown), thrown.message];
}
const items = async () => (await sql.query('SELECT id, name FROM item ORDER BY id')).rows as object[];
const ours = async (where = 'true') => (await sql.query(`SELECT pid, state, query FROM pg_stat_activity WHERE application_name = 'commandcenter' AND datname = current_database() AND ${where}`)).rows; // prettier-ignore

describe('values', () => {
  it.each([
    ['1::int8', 1],
    ['9007199254740993::int8', '9007199254740993'],
    ['1.10::numeric', '1.10'],
    ['0.5::float8', 0.5],
    [`'NaN'::float8`, 'NaN'],
    [`'-Infinity'::float4`, '-Infinity'],
    ['true', true],
    ['null', null],
    [`'{"a":[1,null]}'::jsonb`, { a: [1, null] }],
    [`'2026-01-31'::date`, '2026-01-31'],
    [`'2026-01-31 12:00:00.123456+02'::timestamptz`, '2026-01-31T10:00:00.123456Z'],
    [`'infinity'::timestamptz`, 'infinity'],
    [`'2026-01-31 12:00'::timestamp`, '2026-01-31 12:00:00'],
    [`'1 day 2 hours'::interval`, 'P1DT2H'],
    [`'\\x00ff'::bytea`, '\\x00ff'],
    [`'{1,2}'::int[]`, [1, 2]],
    [`'{a,"b c"}'::text[]`, ['a', 'b c']],
    [`'{2026-01-31}'::date[]`, '{2026-01-31}'],
    ['point(1,2)', '(1,2)'],
  ])('%s comes as %j', async (expression, value) => {
    expect(await query(`SELECT ${expression} AS v`)).toEqual({ rows: [{ v: value }], rowCount: 1 });
  });

  it('go in as parameters, and are never read as SQL', async () => {
    const hostile = `'; DROP TABLE item; --`;
    expect((await query('SELECT $1::text AS v', [hostile])).rows).toEqual([{ v: hostile }]);
    const all = [1, 'a', true, null, ['x', 'y'], { a: 1 }];
    const { rows } = await query(
      'SELECT $1::int a, $2::text b, $3::bool c, $4::text d, $5::text[] e, $6::jsonb f',
      all,
    );
    expect(Object.values(rows[0]!)).toEqual(all);
    expect(await items()).toHaveLength(2);
  });
});

describe('postgres.query', () => {
  it('takes one statement', async () => {
    expect(await failure(query('SELECT 1; DELETE FROM item'))).toEqual(['terminal', expect.stringMatching(/^shop: 42601 cannot insert multiple commands/)]); // prettier-ignore
    expect((await failure(query('SELECT $1::int; DELETE FROM item', [1])))[1]).toMatch(/^shop: 42601/);
    expect(await query('-- nothing')).toEqual({ rows: [], rowCount: 0 });
  });

  it.each([
    `INSERT INTO item VALUES (3, 'x')`,
    'DROP TABLE item',
    'CREATE TABLE other (id int)',
    'WITH gone AS (DELETE FROM item RETURNING *) SELECT * FROM gone',
    `DO $$ BEGIN PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM item; END $$`,
    `DO $$ BEGIN COMMIT; DELETE FROM item; END $$`,
    `SELECT set_config('transaction_read_only', 'off', false)`,
  ])('changes nothing: %s', async (statement) => {
    expect((await failure(query(statement)))[0]).toBe('terminal');
    expect(await items()).toHaveLength(2);
  });

  it.each(['SET default_transaction_read_only = off', 'COMMIT', 'SET TRANSACTION READ WRITE', 'ROLLBACK'])(
    'changes nothing after %s either',
    async (statement) => {
      for (let n = 0; n < 4; n += 1) await query(statement).catch(failureKind);
      for (let n = 0; n < 4; n += 1) expect((await failure(query('DELETE FROM item')))[1]).toMatch(/^shop: 25006/);
    },
  );

  it('fails rather than gives a part', async () => {
    expect((await query('SELECT generate_series(1, 100) AS n')).rowCount).toBe(100);
    const limited = failure(query('SELECT generate_series(1, 100000000) AS n'));
    expect(await limited).toEqual(['terminal', expect.stringMatching(/^The result has more than 100 rows/)]);
    expect((await failure(query('SELECT 1 UNION ALL SELECT 2', [], { maxRows: 1 })))[1]).toContain('more than 1 rows');
    expect((await failure(query(`SELECT repeat('x', 20000)`)))[1]).toContain('more than 10000 bytes');
    expect((await query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('ends what takes too long, on the server', async () => {
    const slow = on(started, 'query', { connection: 'quick', sql: 'SELECT pg_sleep(20)' });
    expect(await failure(slow)).toEqual(['retryable', 'quick: 57014 canceling statement due to statement timeout']);
    const longer = on(started, 'query', { connection: 'quick', sql: `SELECT set_config('statement_timeout', '0', false), pg_sleep(20)` }); // prettier-ignore
    expect((await failure(longer))[1]).toContain('57014');
  });

  it('cancels on the server when it is stopped', async () => {
    const controller = new AbortController();
    const running = failure(query('SELECT pg_sleep(4), 4711', [], {}, fakeContext({ signal: controller.signal })));
    while ((await ours(`query LIKE '%4711%' AND state = 'active'`)).length === 0) await sleep(10);
    controller.abort();
    expect(await running).toEqual(['cancelled', 'The statement on shop was stopped']);
    for (let tries = 0; (await ours(`query LIKE '%4711%' AND state = 'active'`)).length > 0; tries += 1) {
      expect(tries).toBeLessThan(1_000);
      await sleep(10);
    }
  });

  it('is stopped while it waits for its turn', async () => {
    const busy = new AbortController();
    const both = [1, 2].map(() => failure(query('SELECT pg_sleep(4)', [], {}, fakeContext({ signal: busy.signal }))));
    while ((await ours(`query LIKE '%pg_sleep(4)%' AND state = 'active'`)).length < 2) await sleep(10);
    const waiting = query('SELECT 1', [], {}, fakeContext({ signal: AbortSignal.timeout(50) }));
    expect((await failure(waiting))[0]).toBe('cancelled');
    busy.abort();
    await Promise.all(both);
    expect((await query('SELECT 1 AS one')).rowCount).toBe(1);
  });

  it.each(['COPY item TO STDOUT', 'COPY item FROM STDIN', `LISTEN x`, 'BEGIN', 'FETCH ALL FROM nothing', '\\d', ';'])(
    'is not thrown off by %s',
    async (statement) => {
      await query(statement).catch((thrown: unknown) => expect(failureKind(thrown)).toBe('terminal'));
      expect((await query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    },
  );

  it('survives a server that hangs up, idle or at work', async () => {
    await query('SELECT 1');
    const hangUp = () => sql.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'commandcenter' AND datname = current_database()`); // prettier-ignore
    await hangUp();
    await sleep(50);
    expect((await query('SELECT 1 AS one')).rowCount).toBe(1);
    const running = failure(query('SELECT pg_sleep(4), 4712'));
    while ((await ours(`query LIKE '%4712%' AND state = 'active'`)).length === 0) await sleep(10);
    await hangUp();
    expect(await running).toEqual(['retryable', expect.stringMatching(/^shop: 57P01/)]);
    expect((await query('SELECT 1 AS one')).rowCount).toBe(1);
  });
});

describe('postgres.execute', () => {
  it('changes data where the options let it', async () => {
    const refused = on(started, 'execute', { connection: 'shop', sql: 'DELETE FROM item' });
    expect(await failure(refused)).toEqual(['terminal', expect.stringContaining('shop is for reading only')]);
    const insert = 'INSERT INTO item VALUES ($1, $2) ON CONFLICT (id) DO NOTHING RETURNING id';
    expect(await execute(insert, [9, 'x'])).toEqual({ rows: [{ id: 9 }], rowCount: 1 });
    expect(await execute(insert, [9, 'x'])).toEqual({ rows: [], rowCount: 0 });
    expect(await execute('DELETE FROM item WHERE id = $1', [9])).toEqual({ rows: [], rowCount: 1 });
    expect(await execute('CREATE TABLE once (id int)')).toEqual({ rows: [], rowCount: 0 });
  });

  it('leaves nothing changed when it fails', async () => {
    const many = on(started, 'execute', { connection: 'books', maxRows: 1, sql: `INSERT INTO item VALUES (7, 'a'), (8, 'b') RETURNING id` }); // prettier-ignore
    expect((await failure(many))[1]).toContain('more than 1 rows');
    await execute('ALTER TABLE item ADD CONSTRAINT later UNIQUE (name) DEFERRABLE INITIALLY DEFERRED');
    const deferred = failure(execute('INSERT INTO item VALUES (7, $1)', ['tea']));
    expect(await deferred).toEqual(['terminal', 'books: 23505 duplicate key value violates unique constraint "later"']);
    expect(await items()).toEqual([{ id: 1, name: 'tea' }, { id: 2, name: 'milk' }]); // prettier-ignore
  });

  it('tells what may be over next time from what stays', async () => {
    const raise = (code: string) => failure(execute(`DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '${code}'; END $$`)); // prettier-ignore
    expect(await raise('40001')).toEqual(['retryable', 'books: 40001 no']);
    expect(await raise('53300')).toEqual(['retryable', 'books: 53300 no']);
    expect(await raise('P0001')).toEqual(['terminal', 'books: P0001 no']);
    expect(await failure(execute('SELECT * FROM nothing'))).toEqual(['terminal', 'books: 42P01 relation "nothing" does not exist']); // prettier-ignore
    expect(await failure(execute('SELECT $1::int', ['s3cr3t']))).toEqual(['terminal', 'books: 22P02 a value does not fit its type']); // prettier-ignore
  });

  it('leaves nothing on the connection for the step after it', async () => {
    for (const statement of [
      `SET search_path = nowhere`,
      `SET statement_timeout = 1`,
      'CREATE TEMPORARY TABLE item (id int)',
      'SELECT pg_advisory_lock(4711)',
      'LISTEN something',
      'PREPARE mine AS SELECT 1',
    ]) {
      await execute(statement);
      const text = `SELECT (SELECT count(*) FROM item) AS items, current_setting('search_path') AS path,
        (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks,
        (SELECT count(*) FROM pg_listening_channels()) AS channels, (SELECT count(*) FROM pg_prepared_statements WHERE name <> '') AS prepared`;
      expect((await execute(text)).rows).toEqual([
        { items: 2, path: '"$user", public', locks: 0, channels: 0, prepared: 0 },
      ]);
    }
  });
});

it('an unknown connection, a wrong password and a server that is not there are told apart', async () => {
  const told = (connection: string) => failure(on(started, 'query', { connection, sql: 'SELECT 1' }));
  for (const name of ['nothing', 'constructor'])
    expect((await told(name))[1]).toContain(`There is no connection ${name}`);
  const [kind, message] = await told('wrong');
  expect([kind, message]).toEqual(['terminal', expect.stringMatching(/^wrong: 28P01/)]);
  expect(message).not.toContain('s3cr3t');
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const other = await startPlugin(plugin, PostgresOptions.parse(options), { SHOP_URL: `postgres://u:s3cr3t@127.0.0.1:${port}/d` }); // prettier-ignore
  const refused = on(other, 'query', { connection: 'shop', sql: 'SELECT 1' });
  expect(await failure(refused)).toEqual(['retryable', 'shop does not answer: ECONNREFUSED']);
  await other.stop();
});

it('takes a new password when the secret has one, and closes all it opened', async () => {
  await sql.query(`CREATE ROLE cc_plugin_${process.pid} LOGIN PASSWORD 'one'`);
  const url = new URL(database.url);
  url.username = `cc_plugin_${process.pid}`;
  const rotating: Record<string, string> = {};
  const other = await startPlugin(plugin, PostgresOptions.parse(options), rotating);
  const ask = () => on(other, 'query', { connection: 'shop', sql: 'SELECT current_user AS me' });
  for (const password of ['one', 'two']) {
    url.password = password;
    rotating['SHOP_URL'] = url.href;
    await sql.query(`ALTER ROLE cc_plugin_${process.pid} PASSWORD '${password}'`);
    expect((await ask()).rows).toEqual([{ me: url.username }]);
  }
  await other.stop();
  for (let tries = 0; (await ours(`usename = '${url.username}'`)).length > 0; tries += 1) {
    expect(tries).toBeLessThan(1_000);
    await sleep(10);
  }
  await sql.query(`DROP ROLE ${url.username}`);
});

describe('a server behind TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cc-tls-'));
  let proxy: Server;
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=test ca'); // prettier-ignore
    openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'key.pem', '-out', 'csr.pem', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'); // prettier-ignore
    openssl('x509', '-req', '-in', 'csr.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-out', 'cert.pem', '-copy_extensions', 'copy'); // prettier-ignore
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name)));
    const { hostname, port } = new URL(database.url);
    // What PostgreSQL itself does with `ssl = on`, before a server without.
    proxy = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      socket.once('data', () => {
        socket.write('S');
        const inside = new TLSSocket(socket, { isServer: true, key: key!, cert: cert! });
        const behind = connect(Number(port), hostname);
        for (const each of [inside, behind]) each.on('error', () => [inside, behind].forEach((one) => one.destroy()));
        inside.pipe(behind).pipe(inside);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
    rmSync(folder, { recursive: true });
  });

  async function through(host: string, tls: object): Promise<string> {
    const url = new URL(database.url);
    url.hostname = host;
    url.port = String((proxy.address() as AddressInfo).port);
    const connections = { far: { url: 'FAR_URL', ...tls } };
    const given = { FAR_URL: url.href, CA: readFileSync(join(folder, 'ca.pem'), 'utf8') };
    const other = await startPlugin(plugin, PostgresOptions.parse({ connections }), given);
    const answer = on(other, 'query', { connection: 'far', sql: 'SELECT 1 AS one' });
    return answer.then(({ rowCount }) => `${rowCount} row`, (e: Error) => `${failureKind(e)} ${e.message}`).finally(() => other.stop()); // prettier-ignore
  }

  it.each([
    ['localhost', { sslmode: 'verify-full', ca: 'CA' }, '1 row'],
    [
      '127.0.0.1',
      { sslmode: 'verify-full', ca: 'CA' },
      'terminal far: the server is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)',
    ],
    ['127.0.0.1', { sslmode: 'verify-ca', ca: 'CA' }, '1 row'],
    ['localhost', { sslmode: 'verify-full' }, 'terminal far: the server is not trusted'],
    ['localhost', { sslmode: 'verify-ca' }, 'terminal far: the server is not trusted'],
    ['127.0.0.1', { sslmode: 'require' }, '1 row'],
  ])('at %s with %j: %s', async (host, tls, answer) => {
    expect(await through(host, tls)).toContain(answer);
    const fromFile = 'ca' in tls ? { sslmode: tls.sslmode, caFile: join(folder, 'ca.pem') } : tls;
    expect(await through(host, fromFile)).toContain(answer);
  });

  it('is cancelled through TLS, too', async () => {
    const url = new URL(database.url);
    url.port = String((proxy.address() as AddressInfo).port);
    const given = { FAR_URL: url.href };
    const other = await startPlugin(plugin, PostgresOptions.parse({ connections: { far: { url: 'FAR_URL', sslmode: 'require' } } }), given); // prettier-ignore
    const controller = new AbortController();
    const running = failure(on(other, 'query', { connection: 'far', sql: 'SELECT pg_sleep(10), 4713' }, fakeContext({ signal: controller.signal }))); // prettier-ignore
    while ((await ours(`query LIKE '%4713%' AND state = 'active'`)).length === 0) await sleep(10);
    controller.abort();
    expect((await running)[0]).toBe('cancelled');
    for (let tries = 0; (await ours(`query LIKE '%4713%' AND state = 'active'`)).length > 0; tries += 1) {
      expect(tries).toBeLessThan(900); // it sleeps 10 s if nobody cancels it
      await sleep(10);
    }
    await other.stop();
  });

  it('must be there when it is asked for', async () => {
    const connections = { plain: { url: 'SHOP_URL', sslmode: 'require' } };
    const other = await startPlugin(plugin, PostgresOptions.parse({ connections }), secrets);
    const asked = failure(on(other, 'query', { connection: 'plain', sql: 'SELECT 1' }));
    expect(await asked).toEqual(['terminal', expect.stringContaining('does not support SSL')]);
    await other.stop();
  });
});

agentContract(plugin, {
  options,
  abortWithin: 5_000,
  secrets,
  examples: {
    'postgres.query': {
      right: [
        { input: { connection: 'shop', sql: 'SELECT $1::int AS n', parameters: [7] }, output: { rows: [{ n: 7 }], rowCount: 1 } }, // prettier-ignore
        { name: 'slow', input: { connection: 'quick', sql: 'SELECT pg_sleep(5)' }, fails: 'retryable' },
        { name: 'wrong', input: { connection: 'shop', sql: 'SELEKT' }, fails: 'terminal' },
      ],
      wrong: [
        {},
        { connection: 'shop' },
        { connection: 'shop', sql: '' },
        { connection: 'shop', sql: 'SELECT 1\0' },
        { connection: 'shop', sql: 'SELECT 1', parameters: { a: 1 } },
        { connection: 'Shop', sql: 'SELECT 1' },
        { connection: 'shop', sql: 'SELECT 1', url: 'postgres://x' },
        { connection: 'shop', sql: 'SELECT 1', maxRows: 0 },
      ],
    },
    'postgres.execute': {
      right: [
        { input: { connection: 'books', sql: 'UPDATE item SET name = name WHERE id = 1' }, output: { rows: [], rowCount: 1 } }, // prettier-ignore
        { input: { connection: 'shop', sql: 'DELETE FROM item' }, fails: 'terminal' },
      ],
    },
  },
});
