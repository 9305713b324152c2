import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauges, names } from '../telemetry/index.js';
import { Database } from './database.js';

@Injectable()
export class PoolGauges implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly gauges: Gauges,
  ) {}

  onModuleInit(): void {
    this.gauges.watch(names.instruments.dbPoolConnections, () => {
      const { totalCount, idleCount, waitingCount } = this.database.pool;
      return [
        { value: totalCount - idleCount, labels: { state: 'used' } },
        { value: idleCount, labels: { state: 'idle' } },
        { value: waitingCount, labels: { state: 'waiting' } },
      ];
    });
  }
}
