import { entities } from '../src/app.module.js';
import type { Database } from '../src/database/index.js';
import { testDatabase } from './support/database.js';

describe('entities and migrations', () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase({ entities });
  });
  afterAll(() => database.close());

  const drift = async () => {
    const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
    return upQueries.map(({ query }) => query);
  };

  it('agree: nothing would have to change for the entities', async () => {
    expect(database.dataSource.entityMetadatas.length).toBeGreaterThan(0);
    expect(await drift()).toEqual([]);
  });

  it('would be seen to disagree', async () => {
    await database.pool.query('ALTER TABLE token RENAME COLUMN name TO title');
    expect(await drift()).not.toEqual([]);
  });
});
