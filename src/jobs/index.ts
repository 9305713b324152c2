export { Jobs, type JobHandler, type NewJob } from './jobs.js';
export { JobsModule } from './jobs.module.js';
export { JOBS_ROLE, type JobsRole } from './role.js';
