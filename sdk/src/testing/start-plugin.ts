import type { Type } from '@nestjs/common';
import type { AgentClass } from '../agent.js';
import { type Plugin, portTokens } from '../plugin.js';
import { PluginSecrets } from '../ports.js';
import { recordingLogger } from './fake-context.js';
import { fakePorts, type FakePorts } from './fake-ports.js';

export interface StartedPlugin {
  /** An agent, a provider or a controller. */
  get<T extends object>(type: AgentClass | Type<T>): T;
  /** What it was given. */
  readonly ports: FakePorts;
  stop(): Promise<void>;
}

/**
 * Makes a plugin's agents, providers and controllers as the hub does: by Nest, in a module that holds the ports and nothing
 * else. Nothing listens: call the methods of controllers and verifiers.
 */
export async function startPlugin(
  plugin: Plugin,
  options: unknown = {},
  secrets: Readonly<Record<string, string>> = {},
  ports: FakePorts = fakePorts(),
): Promise<StartedPlugin> {
  const { NestFactory } = await nestCore();
  const tokens = portTokens(plugin);
  const agents = plugin.agents as readonly Type<object>[];
  const module = {
    module: class PluginUnderTest {},
    providers: [
      { provide: tokens.PluginOptions, useValue: { value: options } },
      { provide: tokens.PluginLogger, useValue: recordingLogger({ logs: [] }) },
      { provide: tokens.PluginSecrets, useValue: new FakeSecrets(secrets) },
      { provide: tokens.HubEvents, useValue: ports.events },
      { provide: tokens.PluginQueue, useValue: ports.queue },
      { provide: tokens.PluginStore, useValue: ports.store },
      { provide: tokens.PluginMetrics, useValue: ports.metrics },
      ...(plugin.providers ?? []),
      ...agents,
    ],
    controllers: [...(plugin.controllers ?? [])],
  };
  const app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  return {
    get: <T extends object>(type: AgentClass | Type<T>) => app.get<T>(type as Type<T>),
    ports,
    stop: () => app.close(),
  };
}

async function nestCore(): Promise<typeof import('@nestjs/core')> {
  try {
    return await import('@nestjs/core');
  } catch (cause) {
    const packages = '@nestjs/core reflect-metadata rxjs';
    throw new Error(`agentContract makes agents with Nest: npm install --save-dev ${packages}`, { cause });
  }
}

/** Knows the values as they are alone; the hub knows them in URLs, JSON and base64 too. */
class FakeSecrets extends PluginSecrets {
  constructor(private readonly values: Readonly<Record<string, string>>) {
    super();
  }

  get(name: string): string {
    const value = this.values[name];
    if (value === undefined)
      throw new Error(`Secret ${name} is not granted; give agentContract { secrets: { ${name} } }`);
    return value;
  }

  redact(text: string): string {
    return Object.values(this.values).reduce((rest, value) => rest.replaceAll(value, '***'), text);
  }

  get longest(): number {
    return Math.max(0, ...Object.values(this.values).map((value) => Buffer.byteLength(value)));
  }
}
