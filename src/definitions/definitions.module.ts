import { type DynamicModule, Module } from '@nestjs/common';
import { DefinitionChanges } from './definition-changes.js';
import { Definitions } from './definitions.js';
import { FolderWatch } from './folder-watch.js';
import { RevisionWatch } from './revision-watch.js';

/** Imports must provide the configuration, the database, the AgentCatalogue and the ShippedWorkflows. */
@Module({})
export class DefinitionsModule {
  static with(...imports: DynamicModule[]): DynamicModule {
    return {
      module: DefinitionsModule,
      imports,
      providers: [Definitions, DefinitionChanges, RevisionWatch, FolderWatch],
      exports: [Definitions, DefinitionChanges],
    };
  }
}
