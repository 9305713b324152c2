import type { QueryRunner } from 'typeorm';

/**
 * The column clause for large text: lz4 costs a quarter of the CPU of PostgreSQL's own pglz. Servers built without lz4
 * (the embedded one is) keep pglz, so a migration must ask: `data text ${lz4} NOT NULL`.
 */
export async function lz4Clause(runner: QueryRunner): Promise<string> {
  const rows: unknown[] = await runner.query(
    "SELECT 1 FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)",
  );
  return rows.length > 0 ? 'COMPRESSION lz4' : '';
}
