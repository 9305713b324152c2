export type * from './workflow.js';
