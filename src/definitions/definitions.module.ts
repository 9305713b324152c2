import { type DynamicModule, Module } from '@nestjs/common';
import { Definitions } from './definitions.js';

/** Imports must provide the configuration, the database and the AgentCatalogue. */
@Module({})
export class DefinitionsModule {
  static with(...imports: DynamicModule[]): DynamicModule {
    return { module: DefinitionsModule, imports, providers: [Definitions], exports: [Definitions] };
  }
}
