import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '../../test/support/database.js';
import type { Database } from '../database/index.js';
import { Leadership } from './leadership.js';
import { keepFile, rulesFileName } from './rules-file.js';

describe('the leadership', () => {
  let database: Database;
  const all: Leadership[] = [];
  const replica = () => {
    all.push(new Leadership(database.url));
    return all.at(-1)!;
  };
  const cutOff = () =>
    database.pool.query(
      `SELECT pg_terminate_backend(l.pid) FROM pg_locks l
       WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.classid = 17219 AND l.objid = 3 AND l.granted
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
  const until = async (condition: () => Promise<boolean>) => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  beforeAll(async () => (database = await testDatabase()));
  afterEach(() => Promise.all(all.splice(0).map((each) => each.release())));
  afterAll(() => database.close());

  it('is held by exactly one of many, and goes on when that one lets go', async () => {
    const replicas = [replica(), replica(), replica()];
    const held = await Promise.all(replicas.map((each) => each.held()));
    expect(held.filter(Boolean)).toHaveLength(1);
    const leader = replicas[held.indexOf(true)]!;
    const [other] = replicas.filter((each) => each !== leader);
    expect([await leader.held(), await other!.held()]).toEqual([true, false]);
    await leader.release();
    await until(() => other!.held());
    expect(await leader.held()).toBe(false);
  }, 30_000);

  it('is lost with the connection, and another has it', async () => {
    const [first, second] = [replica(), replica()];
    expect([await first.held(), await second.held()]).toEqual([true, false]);
    await cutOff();
    await until(() => second.held());
    expect(await first.held()).toBe(false);
  }, 30_000);
});

describe('the file of rules', () => {
  let folder: string;
  const path = () => join(folder, 'made/deep', rulesFileName);
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cc-slo-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const keep = (text?: string) => keepFile(join(folder, 'made/deep'), text);

  it('is made with its folder, readable for all, and written only when it differs', async () => {
    expect(await keep()).toBe(false);
    expect(existsSync(join(folder, 'made'))).toBe(false);
    expect(await keep('a')).toBe(true);
    expect([readFileSync(path(), 'utf8'), statSync(path()).mode & 0o777]).toEqual(['a', 0o644]);
    const { ino } = statSync(path());
    expect(await keep('a')).toBe(false);
    expect(statSync(path()).ino).toBe(ino);
    // What somebody else wrote is put right, in a file of its own.
    writeFileSync(path(), 'changed');
    chmodSync(path(), 0o600);
    expect(await keep('b')).toBe(true);
    expect([readFileSync(path(), 'utf8'), statSync(path()).mode & 0o777]).toEqual(['b', 0o644]);
    expect(readdirSync(join(folder, 'made/deep'))).toEqual([rulesFileName]);
    expect([await keep(), existsSync(path())]).toEqual([true, false]);
  });

  it('cannot be made where a file stands, and says so', async () => {
    writeFileSync(join(folder, 'made'), '');
    await expect(keep('a')).rejects.toThrow(/ENOTDIR/);
  });
});
