import { type DynamicModule, Module } from '@nestjs/common';
import { Jobs } from './jobs.js';
import { JOBS_ROLE, type JobsRole } from './role.js';

@Module({})
export class JobsModule {
  static with(role: JobsRole, ...imports: DynamicModule[]): DynamicModule {
    const providers = [Jobs, { provide: JOBS_ROLE, useValue: role }];
    return { module: JobsModule, imports, providers, exports: [Jobs, JOBS_ROLE] };
  }
}
