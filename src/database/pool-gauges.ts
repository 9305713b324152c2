import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Pool } from 'pg';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { Gauges, names } from '../telemetry/index.js';
import { Database } from './database.js';

/** The two pools that requests and runs share: the hot path's and the one for reads. */
@Injectable()
export class PoolGauges implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly gauges: Gauges,
  ) {}

  onModuleInit(): void {
    this.gauges.watch(names.instruments.dbPoolConnections, () => {
      const pools = [this.database.pool, ...this.#reads()];
      const sum = (count: (pool: Pool) => number) => pools.reduce((total, pool) => total + count(pool), 0);
      return [
        { value: sum(({ totalCount, idleCount }) => totalCount - idleCount), labels: { state: 'used' } },
        { value: sum(({ idleCount }) => idleCount), labels: { state: 'idle' } },
        { value: sum(({ waitingCount }) => waitingCount), labels: { state: 'waiting' } },
      ];
    });
  }

  /** TypeORM makes its pool when it connects. */
  #reads(): Pool[] {
    const { dataSource } = this.database;
    return dataSource.isInitialized ? [(dataSource.driver as PostgresDriver).master as Pool] : [];
  }
}
