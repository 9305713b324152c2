import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { CcError, messageOf } from '../../errors/index.js';

/**
 * A server that is gone without a word leaves the connection open for hours, and all runs of the replica would wait for
 * the answer. A statement that takes longer is given up as if the connection had broken: it may take effect later.
 */
const answerWithinMs = 30_000;

/**
 * One connection of the hot path, made again when it breaks. Its planner is told to look runs up by their key whatever
 * the statistics say: a plan made while a table was nearly empty would scan it when it is full.
 */
export class SteadyConnection {
  readonly #log = new Logger('Connection');
  #client: Promise<pg.Client> | undefined;
  /** What `#client` resolved to. A broken connection says so more than once: only the first time it is the current one. */
  #current: pg.Client | undefined;
  /** The statement before: pg's next version refuses a second one at the same time, this one warns. */
  #before: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(
    private readonly url: string,
    private readonly name: string,
    private readonly patienceMs = answerWithinMs,
  ) {}

  /** Throws a lost connection's error as CcError CC_DATABASE_UNAVAILABLE: whether the statement took effect is unknown. */
  query<R extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<R[]> {
    const answer = this.#before.then(() => this.#query<R>(name, text, values));
    this.#before = answer.catch(() => undefined);
    return answer;
  }

  async #query<R extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<R[]> {
    const client = await this.#connected();
    try {
      return (await client.query<R>({ name, text, values })).rows;
    } catch (thrown) {
      if (!isConnectionLoss(thrown)) throw thrown;
      this.#drop(client);
      throw new CcError('CC_DATABASE_UNAVAILABLE', `PostgreSQL does not answer: ${messageOf(thrown)}`, {
        cause: thrown,
        retryAfter: 1,
      });
    }
  }

  /** Answers when the database does again, or when the hub stops (then it throws). */
  async untilConnected(): Promise<void> {
    for (let wait = 50; ; wait = Math.min(wait * 2, 1000)) {
      try {
        await this.#connected();
        return;
      } catch (thrown) {
        if (this.#ended) throw thrown;
        await delay(wait);
      }
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => undefined);
  }

  #connected(): Promise<pg.Client> {
    if (this.#ended) throw new CcError('CC_SHUTTING_DOWN', 'the hub is shutting down');
    this.#client ??= this.#connect();
    return this.#client;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: `commandcenter ${this.name}`,
      connectionTimeoutMillis: 5000,
      query_timeout: this.patienceMs,
      keepAlive: true,
      options:
        '-c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c jit=off',
    });
    client.on('error', (error) => {
      this.#log.warn(`connection ${this.name} lost: ${error.message}`);
      this.#drop(client);
    });
    try {
      await client.connect();
      this.#current = client;
      return client;
    } catch (thrown) {
      this.#client = undefined;
      throw new CcError('CC_DATABASE_UNAVAILABLE', `PostgreSQL does not answer: ${messageOf(thrown)}`, {
        cause: thrown,
        retryAfter: 1,
      });
    }
  }

  #drop(client: pg.Client): void {
    if (this.#current === client) this.#client = this.#current = undefined;
    client.end().catch(() => undefined);
  }
}

/** No SQLSTATE: the socket broke. 08: connection exceptions. 57P: the server shuts down or ended our session. 53300: full. */
function isConnectionLoss(thrown: unknown): boolean {
  const code = (thrown as { code?: unknown }).code;
  if (typeof code !== 'string') return true;
  return !/^[0-9A-Z]{5}$/.test(code) || code.startsWith('08') || code.startsWith('57P') || code === '53300';
}

/** Serialisation failure or deadlock: nothing happened, doing it again is right. */
export function isTransient(thrown: unknown): boolean {
  const code = (thrown as { code?: unknown }).code;
  return code === '40001' || code === '40P01';
}

/** The row is there already. */
export function isDuplicate(thrown: unknown): boolean {
  return (thrown as { code?: unknown }).code === '23505';
}
