import type { Cli } from '../cli.js';
import { HubError } from '../hub/hub-error.js';
import type { WorkflowView } from '../hub/shapes.js';

/** The workflow as the hub has it; undefined when there is none of that id. */
export async function deployed(cli: Cli, id: string): Promise<WorkflowView | undefined> {
  try {
    return await cli.hub.get<WorkflowView>(`workflows/${encodeURIComponent(id)}`);
  } catch (thrown) {
    if (thrown instanceof HubError && thrown.code === 'CC_WORKFLOW_NOT_FOUND') return undefined;
    throw thrown;
  }
}
