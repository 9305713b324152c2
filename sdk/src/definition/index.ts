export type * from './workflow.js';
export { workflowJsonSchema } from './workflow-schema.js';
