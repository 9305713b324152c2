import {
  Action,
  Agent,
  definePlugin,
  PluginLogger,
  type PluginManifest,
  PluginOptions,
  PluginSecrets,
} from '@commandcenter/sdk';
import { type DynamicModule, Inject, Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { z } from 'zod';
import { agentCall } from '../../test/support/agent-call.js';
import { CONFIG } from '../config/index.js';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { Events } from '../events/index.js';
import { Secrets } from '../identity/index.js';
import { Jobs, JOBS_ROLE } from '../jobs/index.js';
import { Gauges, MetricService } from '../telemetry/index.js';
import { AgentRegistry } from './agent-registry.js';
import { loadAgents } from './load-agents.js';
import type { LoadedPlugin } from './loaded-plugin.js';
import { PluginDirectory } from './plugin-directory.js';
import { PluginHostModule } from './plugin-host.module.js';

@Module({})
class Hub {}
@Module({})
class HubSecrets {}

const anything = { input: z.unknown(), output: z.unknown() };

function loaded(manifest: Partial<PluginManifest> & { name: string }, given: Partial<LoadedPlugin> = {}): LoadedPlugin {
  const sealed = definePlugin({ version: '1.0.0', hub: '*', agents: [], ...manifest });
  const parts = { agents: loadAgents(sealed), workflows: [] };
  return { use: sealed.name, manifest: sealed, options: {}, grants: new Set(), ...parts, ...given };
}

async function start(...plugins: LoadedPlugin[]) {
  const secrets = new Secrets({ secrets: ['ALPHA', 'BETA'] }, (name) => `value of ${name}`);
  const hub: DynamicModule = {
    module: HubSecrets,
    providers: [
      { provide: Secrets, useValue: secrets },
      { provide: CONFIG, useValue: { engine: { graceMs: 0, abortGraceMs: 0 } } },
      // Never reached: no test here asks a port that stores something.
      {
        provide: Database,
        useFactory: () => new Database({ url: 'postgres://nowhere', description: '', poolSize: 1 }),
      },
      { provide: JOBS_ROLE, useValue: 'api' },
      Jobs,
      EventEmitter2,
      Events,
      MetricService,
      Gauges,
    ],
    exports: [Secrets, CONFIG, Database, JOBS_ROLE, Events, MetricService, Gauges],
  };
  const host = PluginHostModule.with({ loaded: plugins, skipped: [] }, 'api', hub);
  const app = await NestFactory.createApplicationContext(
    { module: Hub, imports: [hub, host] },
    { logger: false, abortOnError: false },
  );
  const registry = app.get(AgentRegistry);
  const output = async (uses: string, input?: unknown) => (await registry.invoke(agentCall(uses, input))).output;
  return { app, output };
}

@Injectable()
class Greeter {
  greet(name: unknown) {
    return `hello ${String(name)}`;
  }
}

@Agent({ id: 'greeting', title: 'Greeting' })
class GreetingAgent {
  constructor(private readonly greeter: Greeter) {}
  @Action({ id: 'greet', title: 'Greet', ...anything })
  greet(name: unknown) {
    return this.greeter.greet(name);
  }
}

@Agent({ id: 'ports', title: 'Ports' })
class PortsAgent {
  constructor(
    private readonly options: PluginOptions<unknown>,
    private readonly secrets: PluginSecrets,
    private readonly logger: PluginLogger,
  ) {}
  @Action({ id: 'options', title: 'Options', ...anything })
  readOptions() {
    return this.options.value;
  }
  @Action({ id: 'secret', title: 'Secret', ...anything })
  readSecret(name: unknown) {
    this.logger.info('read', { name });
    return this.secrets.get(String(name));
  }
  @Action({ id: 'redact', title: 'Redact', ...anything })
  redact(text: unknown) {
    return [this.secrets.redact(String(text)), this.secrets.longest];
  }
}

@Agent({ id: 'others', title: 'Another, with the same ports' })
class OtherPortsAgent extends PortsAgent {}

it('makes agents with their own providers', async () => {
  const { app, output } = await start(loaded({ name: 'greeting', agents: [GreetingAgent], providers: [Greeter] }));
  await expect(output('greeting.greet', 'you')).resolves.toBe('hello you');
  await app.close();
});

it('gives each plugin its own options, and the secrets it was granted alone', async () => {
  const { app, output } = await start(
    loaded({ name: 'one', agents: [PortsAgent] }, { options: { n: 1 }, grants: new Set(['ALPHA']) }),
    loaded({ name: 'two', agents: [OtherPortsAgent] }, { options: { n: 2 }, grants: new Set(['BETA']) }),
  );
  await expect(output('ports.options')).resolves.toEqual({ n: 1 });
  await expect(output('others.options')).resolves.toEqual({ n: 2 });
  await expect(output('ports.secret', 'ALPHA')).resolves.toBe('value of ALPHA');
  await expect(output('ports.secret', 'BETA')).rejects.toMatchObject({ code: 'CC_PLUGIN_SECRET_NOT_GRANTED' });
  await expect(output('others.secret', 'BETA')).resolves.toBe('value of BETA');
  await app.close();
});

it('redacts for a plugin every secret of the hub, before it cuts', async () => {
  const { app, output } = await start(loaded({ name: 'one', agents: [PortsAgent] }, { grants: new Set(['ALPHA']) }));
  const text = 'value of ALPHA, value%20of%20BETA, others';
  await expect(output('ports.redact', text)).resolves.toEqual(['***, ***, others', expect.any(Number)]);
  const [, longest] = (await output('ports.redact', '')) as [string, number];
  expect(longest).toBeGreaterThanOrEqual('value%20of%20ALPHA'.length);
  await app.close();
});

it('binds the ports under the tokens of the copy of the SDK that made the manifest', async () => {
  abstract class OptionsOfAnotherCopy {
    abstract readonly value: unknown;
  }
  @Agent({ id: 'foreign', title: 'Foreign' })
  class ForeignAgent {
    constructor(@Inject(OptionsOfAnotherCopy) private readonly options: OptionsOfAnotherCopy) {}
    @Action({ id: 'options', title: 'Options', ...anything })
    read() {
      return this.options.value;
    }
  }
  const plugin = loaded({ name: 'foreign', agents: [ForeignAgent] }, { options: { n: 3 } });
  const ports = { PluginOptions: OptionsOfAnotherCopy, PluginLogger: class {}, PluginSecrets: class {} };
  const manifest = { ...plugin.manifest, [Symbol.for('commandcenter.plugin')]: { ports } };
  const { app, output } = await start({ ...plugin, manifest: manifest as LoadedPlugin['manifest'] });
  await expect(output('foreign.options')).resolves.toEqual({ n: 3 });
  await app.close();
});

it.each<[string, Type | symbol]>([
  ['the configuration', CONFIG],
  ['all secrets', Secrets],
  ['the registry', AgentRegistry],
  ['the directory', PluginDirectory],
  ["another plugin's provider", Greeter],
  ["another plugin's agent", GreetingAgent],
])('does not let a plugin inject %s', async (_, token) => {
  @Agent({ id: 'nosy', title: 'Nosy' })
  class NosyAgent {
    constructor(@Inject(token) readonly inside: unknown) {}
    @Action({ id: 'look', title: 'Look', ...anything })
    look() {
      return true;
    }
  }
  const greeting = loaded({ name: 'greeting', agents: [GreetingAgent], providers: [Greeter] });
  await expect(start(greeting, loaded({ name: 'nosy', agents: [NosyAgent] }))).rejects.toThrow('Plugin(nosy)');
});

it('lists what became of every plugin, without options and grants', async () => {
  const plugin = loaded(
    { name: 'greeting', agents: [GreetingAgent], providers: [Greeter] },
    { options: { key: 'hidden' } },
  );

  const reason = new CcError('CC_PLUGIN_NOT_FOUND', 'not there');
  const directory = new PluginDirectory({ loaded: [plugin], skipped: [{ use: 'absent', reason }] });
  expect(JSON.parse(JSON.stringify(directory.list()))).toEqual([
    {
      status: 'loaded',
      use: 'greeting',
      name: 'greeting',
      version: '1.0.0',
      agents: [
        {
          id: 'greeting',
          title: 'Greeting',
          actions: [
            {
              id: 'greet',
              uses: 'greeting.greet',
              title: 'Greet',
              inputSchema: expect.anything(),
              outputSchema: expect.anything(),
            },
          ],
        },
      ],
      routes: [],
      workflows: [],
    },
    { status: 'skipped', use: 'absent', code: 'CC_PLUGIN_NOT_FOUND', reason: 'not there' },
  ]);
});
