import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import pg from 'pg';
import { Database, type Tx } from '../database/index.js';
import { messageOf } from '../errors/index.js';
import { Jobs } from '../jobs/index.js';
import type { RunEvent } from '../workflow/index.js';
import { Journal } from './journal/journal.js';
import { driveTask } from './leases/leases.js';
import { Sessions } from './sessions/sessions.js';

const channel = 'commandcenter_inbox';

/**
 * Signals to runs: a row in the inbox, a wake job and a NOTIFY in one transaction. The row is the truth; the job finds a
 * run that nobody owns, the NOTIFY one that somebody has in memory.
 */
@Injectable()
export class Signals implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Signals');
  readonly #stop = new AbortController();
  #client: pg.Client | undefined;

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly sessions: Sessions,
    journal: Journal,
  ) {
    journal.onSignal = (runs) => void this.wake(runs).catch(() => undefined); // the sweeper finds them
  }

  send(run: string, event: RunEvent): Promise<void> {
    return this.database.transaction((tx) => this.sendWith(tx, run, event));
  }

  /** As part of a transaction that does more. */
  async sendWith(tx: Tx, run: string, event: RunEvent): Promise<void> {
    const { type, at: _at, ...data } = event;
    await tx.query('INSERT INTO run_inbox (run_id, kind, data) VALUES ($1, $2, $3)', [run, type, JSON.stringify(data)]);
    await this.jobs.enqueue(tx, [{ task: driveTask, payload: { run } }]);
    await tx.query('SELECT pg_notify($1, $2)', [channel, run]);
  }

  /** For signals that are rows already: a hint for whoever may drive the run, a word to whoever has it in memory. */
  async wake(runs: readonly string[]): Promise<void> {
    if (runs.length === 0) return;
    const unique = [...new Set(runs)];
    await this.jobs.enqueue(this.database.pool, unique.map((run) => ({ task: driveTask, payload: { run } }))); // prettier-ignore
    await this.database.pool.query('SELECT pg_notify($1, run) FROM unnest($2::text[]) AS w(run)', [channel, unique]);
  }

  onApplicationBootstrap(): void {
    void this.#listen();
  }

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort();
    await this.#client?.end().catch(() => undefined);
  }

  /** A NOTIFY that nobody heard is not lost: after every new connection all inboxes are read. */
  async #listen(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const client = new pg.Client({
        connectionString: this.database.url,
        application_name: 'commandcenter signals',
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000, // the system's default of two hours would leave us deaf for as long
      });
      this.#client = client;
      try {
        await this.#hear(client);
      } catch (thrown) {
        if (!this.#stop.signal.aborted) this.#log.warn(`not listening for signals: ${messageOf(thrown)}`);
      }
      await client.end().catch(() => undefined);
      await delay(500, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  async #hear(client: pg.Client): Promise<void> {
    const ended = new Promise<void>((_, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('connection ended')));
    });
    client.on('notification', ({ payload }) => void this.sessions.readInbox(payload ?? ''));
    await Promise.race([client.connect(), ended]);
    await client.query(`LISTEN ${channel}`);
    for (const id of this.sessions.ids()) await this.sessions.readInbox(id);
    await ended;
  }
}
