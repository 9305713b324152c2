import { AgentCatalogue } from '../../src/definitions/agent-catalogue.js';
import { type ShippedWorkflow, ShippedWorkflows } from '../../src/definitions/shipped-workflows.js';

/** Knows one action, `a.b`. */
export class Catalogue extends AgentCatalogue {
  has(agent: string) {
    return agent === 'a' ? ('ok' as const) : ('no-agent' as const);
  }
  inputSchema() {
    return undefined;
  }
  outputSchema() {
    return undefined;
  }
  names() {
    return ['a.b'];
  }
}

/** Plugins that bring these. */
export class Shipped extends ShippedWorkflows {
  constructor(public workflows: readonly ShippedWorkflow[] = []) {
    super();
  }
  list() {
    return this.workflows;
  }
}
