import type { JsonSchema } from '@commandcenter/sdk/definition';

/** What validating a workflow asks about the loaded plugins. */
export interface Catalogue {
  has(agent: string, action: string): 'ok' | 'no-agent' | 'no-action';
  inputSchema(agent: string, action: string): JsonSchema | undefined;
  /** `agent.action` of every action. */
  names(): readonly string[];
}
