import pg from 'pg';

/** Any two numbers; ours. */
const lock = [0x4343, 3] as const;
/** PostgreSQL that does not answer for so long is treated as gone, and the leadership with it. */
const answerMs = 5_000;

/** One of the replicas on a database: whoever holds a session's advisory lock. It ends with the session. */
export class Leadership {
  #session: pg.Client | undefined;
  #leads = false;

  constructor(private readonly url: string) {}

  /** Whether this replica leads now; tries to, when nobody does. */
  async held(): Promise<boolean> {
    try {
      const session = (this.#session ??= await this.#connect());
      if (this.#leads) {
        // A connection that died silently would make two leaders.
        await session.query('SELECT 1');
        return this.#session === session;
      }
      const { rows } = await session.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', [
        ...lock,
      ]);
      this.#leads = rows[0]!.locked && this.#session === session;
      return this.#leads;
    } catch {
      await this.release();
      return false;
    }
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#forget();
    await session?.end().catch(() => undefined);
  }

  async #connect(): Promise<pg.Client> {
    const session = new pg.Client({
      connectionString: this.url,
      application_name: 'commandcenter slo',
      keepAlive: true,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
    });
    session.on('error', () => this.#lost(session));
    session.on('end', () => this.#lost(session));
    await session.connect();
    return session;
  }

  #lost(session: pg.Client): void {
    if (this.#session === session) this.#forget();
  }

  #forget(): void {
    this.#session = undefined;
    this.#leads = false;
  }
}
