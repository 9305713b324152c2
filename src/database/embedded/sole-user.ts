import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CcError } from '../../errors/index.js';

/** The advisory lock a hub holds for as long as it uses an embedded database. Any two numbers; ours. */
const lock = [0x4343, 1] as const;
/** The server needs a moment to notice that a killed hub is gone. */
const patienceMs = 3_000;

/** Holds the database for this process alone, across restarts of the server. */
export interface SoleUser {
  /** Gives the database up once `last` is done; until then nobody else can have it. */
  release(last: () => Promise<void>): Promise<void>;
}

/** Takes the lock, or refuses with CC_HUB_ALREADY_RUNNING when a living hub holds it. */
export async function becomeSoleUser(url: string, where: string): Promise<SoleUser> {
  const deadline = Date.now() + patienceMs;
  let client: pg.Client | undefined;
  let released = false;

  async function hold(): Promise<boolean> {
    const candidate = new pg.Client({ connectionString: url, application_name: 'commandcenter lock', keepAlive: true });
    // The lock lives as long as its session: when the server restarts, take it again.
    candidate.on('error', () => undefined);
    await candidate.connect();
    const { rows } = await candidate.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [...lock]);
    if (!rows[0]?.held) {
      await candidate.end();
      return false;
    }
    candidate.once('end', () => void retake());
    client = candidate;
    return true;
  }

  async function retake(): Promise<void> {
    while (!released) {
      if (await hold().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 500).unref());
    }
  }

  while (!(await hold())) {
    if (Date.now() > deadline) {
      throw new CcError(
        'CC_HUB_ALREADY_RUNNING',
        `Another hub uses the embedded database in ${where}. Stop it first, or set DATABASE_URL on both to share a server.`,
      );
    }
    await sleep(100);
  }
  return {
    async release(last) {
      released = true;
      await last();
      await client?.end().catch(() => undefined);
    },
  };
}
