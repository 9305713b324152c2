import { TerminalError } from '@commandcenter/sdk';
import pg from 'pg';
import { types } from './values.js';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  readonly maxRows: number;
  readonly maxBytes: number;
}

export interface Rows {
  readonly rows: Record<string, unknown>[];
  readonly rowCount: number;
}

/**
 * One statement by the extended protocol, which takes no second one behind a semicolon. Rows are counted as they come; after
 * the first too many the connection is good for nothing but closing.
 */
export function runStatement(client: pg.ClientBase, { sql, parameters, maxRows, maxBytes }: Statement): Promise<Rows> {
  return new Promise((resolve, reject) => {
    let count = 0;
    let bytes = 0;
    const config = { text: sql, values: [...parameters], types, queryMode: 'extended' };
    // A callback rather than the events `end` and `error`: the tracing of `pg` ends the span of a query only there.
    const query = new pg.Query<Record<string, unknown>>(config, (error, result) => {
      if (error) reject(error);
      else resolve({ rows: result.rows, rowCount: result.rowCount ?? result.rows.length });
    });
    query.on('row', (row) => {
      count += 1;
      bytes += Buffer.byteLength(JSON.stringify(row));
      if (count > maxRows) reject(tooMuch(`${maxRows} rows`));
      else if (bytes > maxBytes) reject(tooMuch(`${maxBytes} bytes`));
    });
    client.query(query);
  });
}

function tooMuch(limit: string): TerminalError {
  return new TerminalError(`The result has more than ${limit}: add a LIMIT, or raise the limit in the options of the postgres plugin`); // prettier-ignore
}
