import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { Gauges, names } from '../../telemetry/index.js';

/** Counting stops here: what matters is whether there are any. */
const MOST = 10_000;

/** Watches that the default partitions stay empty: what lands there no partition takes along when it is dropped. */
@Injectable()
export class DefaultRows implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly gauges: Gauges,
  ) {}

  onModuleInit(): void {
    const { defaultPartitionRows } = names.instruments;
    this.gauges.watch(defaultPartitionRows, () =>
      Promise.all(names.labelValues.partitionedTable.map((table) => this.#count(table))),
    );
  }

  async #count(table: string): Promise<{ value: number; labels: { table: string } }> {
    const [row] = await this.database.dataSource.query<[{ rows: string }]>(
      `SELECT count(*) AS rows FROM (SELECT FROM ${table}_default LIMIT ${MOST}) AS counted`,
    );
    return { value: Number(row.rows), labels: { table } };
  }
}
