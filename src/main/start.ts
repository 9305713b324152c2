import { createApp, entities } from '../app.module.js';
import { type Config, secretFromEnvironment } from '../config/index.js';
import { type Database, migrate, openDatabase } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { ensureAdminToken, redactJson, Secrets } from '../identity/index.js';
import type { JobsRole } from '../jobs/index.js';
import type { RunningTelemetry } from '../telemetry/index.js';
import type { DevParent } from './dev/parent.js';
import { createLog, type Log, nestLogger } from './log.js';
import { stopSignal } from './stop-signal.js';
import { watchFaults } from './watch-faults.js';
import { welcome } from './welcome.js';

/** What the hub may take to close beyond the two grace periods of the engine. */
const closeSlackMs = 15_000;

/** Runs the hub until a signal, or the `dev` that started it, ends it: database, schema, application, and back in the opposite order. */
export async function start(
  config: Config,
  role: JobsRole,
  telemetry: RunningTelemetry,
  exit: (code: number) => void,
  parent?: DevParent,
): Promise<number> {
  const stop = stopSignal(exit);
  let asked: string | undefined;
  const requested = Promise.race([stop.requested, ...(parent === undefined ? [] : [parent.asked])]);
  void requested.then((by) => (asked = by));
  // Until `dev` ends, the next hub finds the embedded server running.
  const keepServer = () => parent !== undefined && (asked === undefined || asked === 'restart');
  const terminal = process.stdout.isTTY === true;
  const secrets = new Secrets(config, secretFromEnvironment());
  const redact = (text: string) => secrets.redact(text);
  telemetry.redactWith(redact);
  const log = createLog(config.logLevel, terminal, (line) =>
    redact(line) === line ? line : `${redactJson(line, redact)}\n`,
  );
  watchFaults(config, log, exit);
  if (telemetry.metricsUrl !== undefined) log.info(`Metrics: ${telemetry.metricsUrl}`);
  telemetry.complainTo((line) => log.warn({ context: 'Telemetry' }, line));
  let database: Database | undefined;
  try {
    database = await openDatabase(config, entities, keepServer);
    log.info(`Database: ${database.description}`);
    const { applied } = await migrate(database);
    if (applied.length > 0) log.info({ applied }, `Migrated the schema (${applied.length})`);
    await serve(config, database, secrets, role, log, terminal, requested, parent);
  } finally {
    await telemetry.shutdown();
    await database?.close();
  }
  log.info('Stopped');
  return 0;
}

async function serve(
  config: Config,
  database: Database,
  secrets: Secrets,
  role: JobsRole,
  log: Log,
  terminal: boolean,
  stopRequested: Promise<string>,
  parent: DevParent | undefined,
): Promise<void> {
  const app = await createApp(config, database, secrets, role, nestLogger(log));
  try {
    const { adminToken, stateDir } = config;
    const admin = (url: string) =>
      ensureAdminToken(database, { url, stateDir, ...(adminToken !== undefined && { adminToken }) });
    // Before the first request can come: a hub that is ready knows its token.
    const expected = urlOf(config.host, config.port);
    const token = await admin(expected);
    const url = await listen(app, config);
    if (url !== expected) await admin(url); // PORT=0: the system chose, and the command line must find us
    welcome({ url, role, admin: token, terminal, log });
    await parent?.tell({ ready: url });
    const asked = await stopRequested;
    log.info(`${asked}: no new work; steps may finish for ${config.engine.graceMs / 1000} s`);
  } finally {
    await within(config.engine.graceMs + config.engine.abortGraceMs + closeSlackMs, app.close(), log);
  }
}

type App = Awaited<ReturnType<typeof createApp>>;

async function listen(app: App, { host, port }: Config): Promise<string> {
  try {
    await app.listen(port, host);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error;
    throw new CcError(
      'CC_ADDRESS_UNAVAILABLE',
      `The hub cannot listen on ${host}:${port} (${code}). Set PORT or HOST to something else.`,
      {
        cause: error,
      },
    );
  }
  const address = (app.getHttpServer() as import('node:http').Server).address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  return urlOf(host, bound);
}

function urlOf(host: string, port: number): string {
  return `http://${urlHost(host)}:${port}`;
}

/** A listener on every interface is reached on this one. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** A plugin that never lets go must not keep the database from being closed well. */
async function within(ms: number, closing: Promise<void>, log: Log): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.error(`The hub did not close within ${ms / 1000} s; closing the database under it`);
      resolve();
    }, ms);
  });
  await Promise.race([closing, late]).finally(() => clearTimeout(timer));
}
