/**
 * CommandCenter: the built application, whole; runs are started inside its process, as DBOS starts its own. Telemetry is as
 * the OTEL_* variables say.
 */
import 'reflect-metadata';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadConfig } from '../../dist/config/index.js';
import { EngineTelemetry, startTelemetry } from '../../dist/telemetry/index.js';
import { serve } from './serve.ts';

/** BENCH_SAY: each step writes a line to its log. */
const agent = process.env['BENCH_SAY'] === undefined ? 'transform' : 'say';

const root = mkdtempSync(join(tmpdir(), 'cc-bench-hub-'));
writeHub(root, [1, 10]);
const config = loadConfig({ ...process.env, PORT: '0' }, root);
// Before what it instruments is loaded, as main does.
const sdk = await startTelemetry(config.telemetry);
const { createApp, entities } = await import('../../dist/app.module.js');
const { migrate, openDatabase } = await import('../../dist/database/index.js');
const { Secrets } = await import('../../dist/identity/index.js');
const { RunStarter } = await import('../../dist/runs/index.js');
const { createLog, nestLogger } = await import('../../dist/main/log.js');
const database = await openDatabase(config, entities);
await migrate(database);
const log = nestLogger(createLog(config.logLevel, false, (line: string) => line));
const app = await createApp(config, database, new Secrets(config, () => undefined), 'all', log);
await app.init();

// The engine's own port says when a run has ended; nothing is polled.
const waiting = new Map<string, (status: string) => void>();
const early = new Map<string, string>();
const telemetry = app.get(EngineTelemetry, { strict: false });
const follow = telemetry.follow.bind(telemetry);
telemetry.follow = (run, startedAt) => {
  const followed = follow(run, startedAt);
  const ended = followed.ended.bind(followed);
  followed.ended = (ending) => {
    ended(ending);
    tell(run.runId, ending.status);
  };
  return followed;
};
function tell(runId: string, status: string): void {
  const done = waiting.get(runId);
  if (done) done(status);
  else early.set(runId, status);
}
const starter = app.get(RunStarter, { strict: false });

async function run(workflow: string): Promise<void> {
  const { id } = await starter.start({ workflow, input: {}, trigger: { kind: 'manual', by: 'bench' } });
  const status = early.get(id) ?? (await new Promise<string>((resolve) => waiting.set(id, resolve)));
  early.delete(id);
  waiting.delete(id);
  if (status !== 'succeeded') throw new Error(`run ${id} ${status}`);
}

serve(
  (load) => () => run(`steps-${load.steps}`),
  async () => {
    await app.close();
    await sdk.shutdown();
    await database.close();
    rmSync(root, { recursive: true, force: true });
  },
);

export function writeHub(folder: string, lengths: readonly number[]): void {
  mkdirSync(join(folder, 'workflows'));
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'));
  const say = resolve(import.meta.dirname, 'say');
  const file = `plugins: [{ use: transform }, { use: ${say} }]\nworkflows: [workflows]\nengine: { maxLogBytes: 100000000 }\n`;
  writeFileSync(join(folder, 'commandcenter.yaml'), file);
  for (const length of lengths) writeFileSync(join(folder, 'workflows', `steps-${length}.yaml`), sequence(length));
}

/** Trivial steps with a result of 60 bytes, each needing the one before it. */
function sequence(length: number): string {
  const steps = Array.from({ length }, (_, n) => {
    const needs = n === 0 ? '' : `needs: [s${n - 1}], `;
    return `  s${n}: { ${needs}uses: ${agent}.value, with: { value: { step: ${n}, text: "a result of sixty bytes as of a charge" } } }`;
  });
  return `id: steps-${length}\nsteps:\n${steps.join('\n')}\n`;
}
