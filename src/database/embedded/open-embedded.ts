import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CcError, messageOf } from '../../errors/index.js';
import { unprivilegedAccount } from './account.js';
import { type Binaries, prepareBinaries } from './binaries.js';
import { ensureCluster, superuser } from './cluster.js';
import { type Home, homeIn, homeOf } from './home.js';
import { livingPostmaster } from './pid-file.js';
import { ensureServer, stopServer } from './server.js';
import { becomeSoleUser, type SoleUser } from './sole-user.js';

const databaseName = 'commandcenter';

export interface EmbeddedPostgres {
  readonly url: string;
  readonly folder: string;
  /** Ends the server. Call it last: after the drain, after every pool is closed. */
  stop(): Promise<void>;
  /** Lets another hub use the server, which goes on. */
  leave(): Promise<void>;
}

/** The embedded database of the hub at `root`: started or adopted, and ours alone. */
export async function openEmbedded(root: string, stateDir: string): Promise<EmbeddedPostgres> {
  const home = homeOf(root, stateDir, unprivilegedAccount());
  const binaries = prepareBinaries(home);
  const { url, user } = await claim(home, binaries);
  return {
    url,
    folder: home.folder,
    // The lock goes with the server, so that no other hub adopts a server that is about to end.
    stop: () => user.release(() => stopServer(home, binaries)),
    leave: () => user.release(() => Promise.resolve()),
  };
}

/** Whether the embedded database of this root lives now; starts nothing. */
export function embeddedState(root: string, stateDir: string): { folder: string; pid?: number; port?: number } {
  const home = homeOf(root, stateDir, unprivilegedAccount());
  const living = livingPostmaster(home);
  return { folder: home.folder, ...(living && { pid: living.pid, port: living.port }) };
}

const forTests = { fsync: 'off', max_connections: '300' };

/** A server for tests and benchmarks: in a folder of its own, without a lock. Tests do not wait for the disk. */
export async function openScratchServer(
  folder: string,
  settings: Record<string, string> = forTests,
): Promise<{ url: string }> {
  const account = unprivilegedAccount();
  const home = homeIn(folder, homeOf(process.cwd(), folder, account).binaries, account);
  const binaries = prepareBinaries(home);
  const password = await ensureCluster(home, binaries);
  const { port } = await ensureServer(home, binaries, settings);
  return { url: urlOf(password, port, 'postgres') };
}

async function claim(home: Home, binaries: Binaries): Promise<{ url: string; user: SoleUser }> {
  const password = await ensureCluster(home, binaries);
  for (let attempt = 1; ; attempt++) {
    const { port } = await ensureServer(home, binaries, {});
    const url = urlOf(password, port, databaseName);
    try {
      await ensureDatabase(urlOf(password, port, 'postgres'));
      return { url, user: await becomeSoleUser(url, home.folder) };
    } catch (error) {
      if (error instanceof CcError) throw error;
      // The hub we adopted it from may just have been stopping it.
      if (attempt === 5) {
        throw new CcError(
          'CC_EMBEDDED_DATABASE_FAILED',
          `The embedded PostgreSQL in ${home.folder} does not accept us: ${messageOf(error)}`,
          { cause: error },
        );
      }
      await sleep(200);
    }
  }
}

async function ensureDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${databaseName}`);
  } catch (error) {
    const duplicate = ['42P04', '23505'].includes((error as { code?: string }).code ?? '');
    if (!duplicate) throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function urlOf(password: string, port: number, database: string): string {
  return `postgres://${superuser}:${password}@127.0.0.1:${port}/${database}`;
}
