import { testDatabase } from '../test/support/database.js';
import { entities } from './app.module.js';

describe('migrations and entities', () => {
  it('describe the same schema', async () => {
    const database = await testDatabase({ entities });
    try {
      const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await database.close();
    }
  });

  it('would notice a column that one of them lacks', async () => {
    const database = await testDatabase({ entities });
    try {
      await database.pool.query('ALTER TABLE run DROP COLUMN traceparent');
      const { upQueries } = await database.dataSource.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([expect.stringContaining('"traceparent"')]);
    } finally {
      await database.close();
    }
  });
});
