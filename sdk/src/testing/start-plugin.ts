import type { Type } from '@nestjs/common';
import type { AgentClass } from '../agent.js';
import { type Plugin, portTokens } from '../plugin.js';
import { recordingLogger } from './fake-context.js';

export interface StartedPlugin {
  get(agent: AgentClass): object;
  stop(): Promise<void>;
}

/** Makes a plugin's agents and providers as the hub does: by Nest, in a module that holds the ports and nothing else. */
export async function startPlugin(
  plugin: Plugin,
  options: unknown = {},
  secrets: Readonly<Record<string, string>> = {},
): Promise<StartedPlugin> {
  const { NestFactory } = await nestCore();
  const tokens = portTokens(plugin);
  const agents = plugin.agents as readonly Type<object>[];
  const module = {
    module: class PluginUnderTest {},
    providers: [
      { provide: tokens.PluginOptions, useValue: { value: options } },
      { provide: tokens.PluginLogger, useValue: recordingLogger({ logs: [] }) },
      { provide: tokens.PluginSecrets, useValue: { get: (name: string) => secretOf(secrets, name) } },
      ...(plugin.providers ?? []),
      ...agents,
    ],
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  return { get: (agent) => app.get<object>(agent as Type<object>), stop: () => app.close() };
}

async function nestCore(): Promise<typeof import('@nestjs/core')> {
  try {
    return await import('@nestjs/core');
  } catch (cause) {
    const packages = '@nestjs/core reflect-metadata rxjs';
    throw new Error(`agentContract makes agents with Nest: npm install --save-dev ${packages}`, { cause });
  }
}

function secretOf(secrets: Readonly<Record<string, string>>, name: string): string {
  const value = secrets[name];
  if (value === undefined)
    throw new Error(`Secret ${name} is not granted; give agentContract { secrets: { ${name} } }`);
  return value;
}
