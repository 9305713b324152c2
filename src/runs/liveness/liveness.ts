import { Worker } from 'node:worker_threads';
import { Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../database/index.js';
import { Jobs } from '../../jobs/index.js';
import { messageOf } from '../../errors/index.js';
import { Replica } from '../replica.js';
import { Possessions } from './possessions.js';
import { livenessSql } from './liveness-sql.js';
import type { Order, Report, ThreadData } from './messages.js';

/** Built, the thread is .js; under the test runner it is this source, which Node runs by stripping its types. */
const threadFile = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url);

/** This replica among the others: says that it lives, and acts when it is cut off or was declared dead. */
@Injectable()
export class Liveness implements OnModuleInit, OnApplicationShutdown {
  readonly #log = new Logger('Liveness');
  #thread: Worker | undefined;
  #pools: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly replica: Replica,
    private readonly possessions: Possessions,
  ) {}

  /** No run may be owned by a replica that nobody can find dead: resolves when it is registered. */
  async onModuleInit(): Promise<void> {
    await this.#launch();
    this.#pools = setInterval(() => this.#order({ type: 'pools', pools: this.jobs.lockedBy() }), 1000);
  }

  #launch(): Promise<void> {
    const workerData: ThreadData = {
      url: this.database.url,
      sql: livenessSql,
      replica: this.replica.row(),
      pulse: this.replica.pulse.memory,
    };
    const thread = new Worker(threadFile, { workerData });
    this.#thread = thread;
    thread.on('error', (error) => this.#log.fatal(`the liveness thread failed: ${error.message}`));
    thread.once('exit', () => this.#relaunch());
    return new Promise<void>((resolve, reject) => {
      thread.once('error', reject);
      thread.on('message', (report: Report) => {
        if (report.type === 'registered') resolve();
        void this.#heard(report);
      });
    });
  }

  /** Without its thread this replica is as good as dead, and soon is to the others: it comes back as a new one. */
  #relaunch(): void {
    if (this.#stopping) return;
    this.#log.fatal('the liveness thread ended; this replica drops its runs and comes back under a new id');
    this.possessions.drop();
    this.replica.reborn();
    setTimeout(() => {
      if (!this.#stopping) this.#launch().catch((thrown: unknown) => this.#log.error(messageOf(thrown)));
    }, 1000);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#pools);
    const thread = this.#thread;
    if (!thread) return;
    const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
    this.#order({ type: 'stop' });
    const giveUp = setTimeout(() => void thread.terminate(), 6000);
    await ended;
    clearTimeout(giveUp);
  }

  async #heard(report: Report): Promise<void> {
    switch (report.type) {
      case 'tookOver':
        this.#log.warn(`replica ${report.from} is dead: ${report.runs} runs are taken over`);
        return;
      case 'isolated':
        this.#log.error('no heartbeat reached PostgreSQL for 6 s: steps are aborted, others may take the runs');
        return this.possessions.drop();
      case 'recovered':
        return this.possessions.giveBack().catch((thrown: unknown) => this.#log.error(messageOf(thrown)));
      case 'evicted':
        this.#log.error(`this replica was declared dead while it was paused or cut off: its runs go on elsewhere`);
        this.possessions.drop();
        this.replica.reborn();
        return this.#order({ type: 'reborn', replica: this.replica.row() });
      case 'trouble':
        return this.#log.warn(`heartbeat failed: ${report.message}`);
      case 'registered':
      case 'stopped':
        return;
    }
  }

  #order(order: Order): void {
    this.#thread?.postMessage(order);
  }
}
