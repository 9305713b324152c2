export type * from './workflow.js';
export type { ActionRef, Scope } from './authored.js';
export { action, defineWorkflow, type Steps, type WorkflowSpec } from './define-workflow.js';
export { cel, type Expression, type Ref, type Reference } from './references.js';
export { workflowJsonSchema } from './workflow-schema.js';
