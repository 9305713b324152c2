import type { JsonSchema } from '@commandcenter/sdk/definition';

/** What the loaded plugins offer, as far as a workflow file is concerned. Provided by the plugin host. */
export abstract class AgentCatalogue {
  abstract has(agent: string, action: string): 'ok' | 'no-agent' | 'no-action';
  abstract inputSchema(agent: string, action: string): JsonSchema | undefined;
  abstract outputSchema(agent: string, action: string): JsonSchema | undefined;
  /** `agent.action` of every action. */
  abstract names(): string[];
}
