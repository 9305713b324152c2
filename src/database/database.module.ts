import { type DynamicModule, Module } from '@nestjs/common';
import { Database } from './database.js';

/** Injects the `Database` that main opened. Main also closes it, after the application. */
@Module({})
export class DatabaseModule {
  static with(database: Database): DynamicModule {
    return { module: DatabaseModule, providers: [{ provide: Database, useValue: database }], exports: [Database] };
  }
}
