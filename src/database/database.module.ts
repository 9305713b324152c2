import { type DynamicModule, Module } from '@nestjs/common';
import { Database } from './database.js';
import { PoolGauges } from './pool-gauges.js';

/** Injects the `Database` that main opened. Main also closes it, after the application. */
@Module({})
export class DatabaseModule {
  /** Needs the module of telemetry. */
  static with(database: Database, ...imports: DynamicModule[]): DynamicModule {
    const providers = [{ provide: Database, useValue: database }, PoolGauges];
    return { module: DatabaseModule, imports, providers, exports: [Database] };
  }
}
