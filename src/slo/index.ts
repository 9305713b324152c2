export { ErrorBudgets } from './error-budgets.js';
export { SloModule } from './slo.module.js';
export { WorkflowSlos } from './workflow-slos.js';
