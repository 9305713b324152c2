import { type DynamicModule, Module } from '@nestjs/common';
import { ApprovalDesk } from './approval-desk.js';
import { Approvals } from './approvals.js';

@Module({})
export class ApprovalsModule {
  /** Needs the modules of database, telemetry, identity and runs; and that of triggers, which brings the scheduler. */
  static with(...imports: DynamicModule[]): DynamicModule {
    return { module: ApprovalsModule, imports, providers: [ApprovalDesk, Approvals], exports: [Approvals] };
  }
}
