import { type DynamicModule, Module } from '@nestjs/common';
import { ErrorBudgets } from './error-budgets.js';
import { RulesWriter } from './rules-writer.js';
import { WorkflowSlos } from './workflow-slos.js';

@Module({})
export class SloModule {
  /** Needs the modules of configuration, telemetry, database, jobs and definitions. */
  static with(...imports: DynamicModule[]): DynamicModule {
    return {
      module: SloModule,
      imports,
      providers: [WorkflowSlos, ErrorBudgets, RulesWriter],
      exports: [WorkflowSlos, ErrorBudgets],
    };
  }
}
