/** What a replica does: answer the API, drive runs, or both. */
export type JobsRole = 'api' | 'worker' | 'all';
export const JOBS_ROLE = Symbol('jobs role');
