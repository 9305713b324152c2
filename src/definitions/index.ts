export { AgentCatalogue } from './agent-catalogue.js';
export { Definitions, type WorkflowSummary } from './definitions.js';
export { DefinitionsModule } from './definitions.module.js';
export type { FileProblems } from './read-folders.js';
export { WorkflowEntity, type WorkflowSource } from './workflow.entity.js';
export { WorkflowVersionEntity } from './workflow-version.entity.js';
