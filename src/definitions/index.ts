export { AgentCatalogue } from './agent-catalogue.js';
export { DefinitionChanges } from './definition-changes.js';
export { Definitions } from './definitions.js';
export { DefinitionsModule } from './definitions.module.js';
export { ShippedWorkflows, type ShippedWorkflow } from './shipped-workflows.js';
export { WorkflowRevisionEntity } from './workflow-revision.entity.js';
export type { WorkflowSummary } from './workflow-summary.js';
export { WorkflowEntity, type WorkflowSource } from './workflow.entity.js';
export { WorkflowVersionEntity } from './workflow-version.entity.js';
