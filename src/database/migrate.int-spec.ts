import { testDatabase } from '../../test/support/database.js';
import { migrate, pendingMigrations } from './migrate.js';

describe('migrate', () => {
  it('brings an empty database up once, though three replicas try at the same time', async () => {
    const database = await testDatabase({ empty: true });
    try {
      const pending = await pendingMigrations(database);
      const results = await Promise.all([migrate(database), migrate(database), migrate(database)]);
      expect(results.flatMap((result) => result.applied)).toEqual(pending);
      const { rows } = await database.pool.query("SELECT to_regclass('graphile_worker._private_jobs')::text AS jobs");
      expect(rows[0].jobs).toBe('graphile_worker._private_jobs');
      expect(await pendingMigrations(database)).toEqual([]);
    } finally {
      await database.close();
    }
  });

  it('changes nothing the second time', async () => {
    const database = await testDatabase();
    try {
      expect(await migrate(database)).toEqual({ applied: [] });
    } finally {
      await database.close();
    }
  });

  it('refuses a schema that a newer hub wrote, and names what it does not know', async () => {
    const database = await testDatabase();
    try {
      await database.pool.query(
        "INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'Future9999999999999')",
      );
      await expect(migrate(database)).rejects.toMatchObject({
        code: 'CC_SCHEMA_NEWER',
        message: expect.stringContaining('Future9999999999999'),
      });
    } finally {
      await database.close();
    }
  });
});
