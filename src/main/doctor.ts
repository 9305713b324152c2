import { createServer } from 'node:net';
import pc from 'picocolors';
import { type Config, loadConfig } from '../config/index.js';
import { embeddedState, placeOf, serverVersion } from '../database/index.js';
import { explain } from './explain.js';

// picocolors takes a CI for a terminal.
const colour = pc.createColors(pc.isColorSupported && process.stdout.isTTY === true);

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly says: string;
}

const neededNode = 24;

/** `doctor`: looks at everything a start needs and changes nothing. 0 when the hub would start, else 1. */
export async function doctor(): Promise<number> {
  const checks: Check[] = [nodeCheck()];
  const config = readConfig(checks);
  if (config) {
    const database = await databaseCheck(config);
    checks.push(database, await portCheck(config, database));
  }
  const width = Math.max(...checks.map((check) => check.name.length));
  for (const { name, ok, says } of checks) {
    const mark = ok ? colour.green('ok    ') : colour.red('wrong ');
    process.stdout.write(`${mark} ${name.padEnd(width)}  ${says.replaceAll('\n', `\n${' '.repeat(width + 9)}`)}\n`);
  }
  return checks.every((check) => check.ok) ? 0 : 1;
}

function nodeCheck(): Check {
  const major = Number(process.versions.node.split('.')[0]);
  const ok = major >= neededNode;
  return { name: 'Node.js', ok, says: ok ? process.version : `${process.version}; CommandCenter needs ${neededNode}` };
}

function readConfig(checks: Check[]): Config | undefined {
  try {
    const config = loadConfig();
    const plugins = config.plugins.map((plugin) => plugin.use).join(', ');
    const from = config.file ?? `defaults (no commandcenter.yaml in ${config.root})`;
    checks.push({ name: 'configuration', ok: true, says: `${from}; plugins ${plugins}` });
    return config;
  } catch (error) {
    checks.push({ name: 'configuration', ok: false, says: explain(error).trimEnd() });
    return undefined;
  }
}

async function databaseCheck(config: Config): Promise<Check> {
  const name = 'database';
  try {
    if (config.databaseUrl !== undefined) {
      const version = await serverVersion(config.databaseUrl);
      return { name, ok: true, says: `PostgreSQL ${version} at ${placeOf(config.databaseUrl)}` };
    }
    const { folder, pid } = embeddedState(config.root, config.stateDir);
    return {
      name,
      ok: true,
      says: `embedded in ${folder}, ${pid === undefined ? 'not running' : `running (process ${pid})`}`,
    };
  } catch (error) {
    return { name, ok: false, says: explain(error).trimEnd() };
  }
}

async function portCheck({ host, port }: Config, database: Check): Promise<Check> {
  const name = 'port';
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
    return { name, ok: true, says: `${host}:${port} is free` };
  } catch (error) {
    const running = database.says.includes('running (') ? ' (a hub runs here)' : '';
    return {
      name,
      ok: false,
      says: `${host}:${port} cannot be used: ${(error as NodeJS.ErrnoException).code}${running}. Set PORT.`,
    };
  } finally {
    server.close();
  }
}
