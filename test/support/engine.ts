import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from '@commandcenter/sdk';
import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { entities } from '../../src/app.module.js';
import { ConfigModule, type EngineConfig, loadConfig } from '../../src/config/index.js';
import { type Database, DatabaseModule } from '../../src/database/index.js';
import { DefinitionsModule } from '../../src/definitions/index.js';
import { EventsModule } from '../../src/events/index.js';
import { IdentityModule, Secrets } from '../../src/identity/index.js';
import { JobsModule, type JobsRole } from '../../src/jobs/index.js';
import { PluginHostModule } from '../../src/plugin-host/index.js';
import { loadAgents } from '../../src/plugin-host/load-agents.js';
import { RunControl, RunsModule, RunStarter, type StartedRun, type StartRequest } from '../../src/runs/index.js';
import { fromRow, type StoredEvent } from '../../src/runs/journal/event-rows.js';
import { TelemetryModule } from '../../src/telemetry/index.js';
import type { RunEvent } from '../../src/workflow/index.js';
import { type Actions, testPlugin } from './test-agent.js';
import { testDatabase } from './database.js';
import { type Steps, whole } from './plans.js';

type Workflow = { readonly steps: Steps; readonly finally?: Steps } & Partial<
  Omit<WorkflowDefinition, 'steps' | 'finally'>
>;

export interface EngineOptions {
  /** Default: one of its own, closed with the engine. */
  readonly database?: Database;
  /** Functions become the actions of an agent called `test`. */
  readonly plugin: Plugin | Actions;
  /** By id. Steps call `test.do` unless they say otherwise. */
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly engine?: Partial<EngineConfig>;
  readonly role?: JobsRole;
}

/** Retries, sweeps and shutdowns in the time of a test. */
const quick: Partial<EngineConfig> = { graceMs: 2000, abortGraceMs: 200, sweepMs: 300, pollMs: 100, concurrency: 10 };

/** The rooms of the engine without API and triggers, in this process, on a real database: one of several replicas. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { plugin, workflows, engine, role = 'all' } = options;
  const database = options.database ?? (await testDatabase({ entities }));
  const folder = await mkdtemp(join(tmpdir(), 'cc-engine-'));
  for (const [id, { steps, finally: last, ...rest }] of Object.entries(workflows)) {
    const definition = { id, ...rest, steps: whole(steps), ...(last && { finally: whole(last) }) };
    await writeFile(join(folder, `${id}.json`), JSON.stringify(definition));
  }
  const defaults = loadConfig({}, folder);
  const config = { ...defaults, workflows: [folder], engine: { ...defaults.engine, ...quick, ...engine } };
  const manifest = isPlugin(plugin) ? plugin : testPlugin(plugin);
  const loaded = {
    use: manifest.name,
    manifest,
    options: undefined,
    grants: new Set<string>(),
    agents: loadAgents(manifest),
    workflows: [],
  };

  const settings = ConfigModule.with(config);
  const telemetry = TelemetryModule.with(true, settings);
  const base = [settings, telemetry, DatabaseModule.with(database, telemetry)];
  const jobs = JobsModule.with(role, ...base);
  const events = EventsModule.with(...base, jobs);
  const identity = IdentityModule.with(new Secrets(config, () => undefined), ...base);
  const host = PluginHostModule.with({ loaded: [loaded], skipped: [] }, role, ...base, jobs, events, identity);
  const definitions = DefinitionsModule.with(...base, host);
  const runs = RunsModule.with(...base, jobs, events, identity, host, definitions);
  const app = await Test.createTestingModule({ imports: [runs] }).compile();
  app.useLogger(false);
  await app.init();
  return new Engine(app, database, async () => {
    if (options.database === undefined) await database.close();
    await rm(folder, { recursive: true });
  });
}

export interface RunRow {
  readonly id: string;
  readonly status: string;
  readonly epoch: number;
  readonly owner: string | null;
  readonly lost_owner: string | null;
  readonly seq: number;
  readonly wake_at: Date | null;
  readonly suspect: boolean;
  readonly solo: boolean;
  readonly crashes: number;
  readonly error: string | null;
  readonly cost_usd: number;
  readonly active_ms: number;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

export class Engine {
  #stopped: Promise<void> | undefined;

  constructor(
    readonly app: INestApplicationContext,
    readonly database: Database,
    private readonly clean: () => Promise<void>,
  ) {}

  start(workflow: string, input: unknown = {}, more: Partial<StartRequest> = {}): Promise<StartedRun> {
    return this.app.get(RunStarter, { strict: false }).start({ workflow, input, trigger: { kind: 'manual' }, ...more });
  }

  cancel(id: string): Promise<void> {
    return this.app.get(RunControl, { strict: false }).cancel(id, 'test');
  }

  /** A provider of any room, also one that its room keeps to itself. */

  inside<T>(type: abstract new (...args: any[]) => T): T {
    return this.app.get(type, { strict: false });
  }

  async row(id: string): Promise<RunRow> {
    const { rows } = await this.database.pool.query<RunRow>('SELECT * FROM run WHERE id = $1', [id]);
    return rows[0]!;
  }

  /** The log, event by event. Throws when a seq is missing. */
  async events(id: string): Promise<RunEvent[]> {
    const query = 'SELECT seq, type, data, at FROM run_event WHERE run_id = $1 ORDER BY seq';
    const { rows } = await this.database.pool.query<StoredEvent>(query, [id]);
    return rows.flatMap(fromRow).map(({ seq, event }, n) => {
      if (seq !== n + 1) throw new Error(`event ${n + 1} of run ${id} has seq ${seq}`);
      return event;
    });
  }

  /** Types and steps, in order: `StepStarted a 1`. */
  async log(id: string): Promise<string[]> {
    return (await this.events(id)).map((event) => {
      const { step, attempt } = event as { step?: string; attempt?: number };
      return [event.type, step, attempt].filter((word) => word !== undefined).join(' ');
    });
  }

  /** The row of the run when it has ended; says where it stands when it does not. */
  ended(id: string, withinMs = 15_000): Promise<RunRow> {
    return eventually(async () => {
      const row = await this.row(id);
      if (row.finished_at === null)
        throw new Error(`run ${id} is ${row.status}, its log ${(await this.log(id)).join(', ')}`);
      return row;
    }, withinMs);
  }

  /** As SIGTERM does. */
  stop(): Promise<void> {
    this.#stopped ??= this.app.close().then(this.clean);
    return this.#stopped;
  }
}

/** Asks again until `ask` does not throw. */
export async function eventually<T>(ask: () => T | Promise<T>, withinMs = 15_000): Promise<T> {
  for (const until = Date.now() + withinMs; ;) {
    try {
      return await ask();
    } catch (thrown) {
      if (Date.now() > until) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  }
}

function isPlugin(plugin: Plugin | Actions): plugin is Plugin {
  return 'manifest' in plugin || typeof (plugin as { agents?: unknown }).agents === 'object';
}
