import {
  type ActionMetadata,
  actionsOf,
  type AgentClass,
  agentInfo,
  type Plugin,
  type Schema,
} from '@commandcenter/sdk';
import type { JsonSchema } from '@commandcenter/sdk/definition';
import { CcError, messageOf } from '../errors/index.js';
import type { LoadedAction, LoadedAgent } from './loaded-plugin.js';

/** Reads the metadata of a manifest's agents, and derives their JSON Schemas once for all who ask. */
export function loadAgents({ name, agents }: Plugin): LoadedAgent[] {
  return agents.map((type) => loadAgent(name, type));
}

function loadAgent(plugin: string, type: AgentClass): LoadedAgent {
  const info = agentInfo(type);
  if (info === undefined) throw new Error(`${type.name} has no @Agent`); // checkManifest came first
  const actions = new Map<string, LoadedAction>();
  for (const action of actionsOf(type)) {
    if (actions.has(action.id)) {
      throw new CcError(
        'CC_PLUGIN_AGENT_CLASH',
        `Plugin ${plugin} offers ${info.id}.${action.id} twice; give one of the two methods another id`,
      );
    }
    actions.set(action.id, loadAction(plugin, `${info.id}.${action.id}`, action));
  }
  return { ...info, type, actions: [...actions.values()] };
}

function loadAction(plugin: string, uses: string, metadata: ActionMetadata): LoadedAction {
  const { input, output, ...info } = metadata;
  return {
    ...info,
    inputSchema: jsonSchema(plugin, `${uses}.input`, input, 'input'),
    outputSchema: jsonSchema(plugin, `${uses}.output`, output, 'output'),
    validateInput: input['~standard'].validate,
    validateOutput: output['~standard'].validate,
  };
}

/** As seen from outside: what may be sent in, what comes out. */
function jsonSchema(plugin: string, path: string, schema: Schema, side: 'input' | 'output'): JsonSchema {
  try {
    return schema['~standard'].jsonSchema[side]({ target: 'draft-2020-12' });
  } catch (cause) {
    throw new CcError(
      'CC_PLUGIN_MANIFEST_INVALID',
      `Plugin ${plugin}: ${path} cannot be written as JSON Schema (${messageOf(cause)}); describe JSON values only`,
      { cause, problems: [{ path: `agents.${path}`, message: messageOf(cause) }] },
    );
  }
}
