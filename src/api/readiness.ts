import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';

/** A probe gives up after a second or two; the answer must come before. */
const PATIENCE_MS = 1_000;
/** Probes closer together than this share one question to PostgreSQL: anybody may send them. */
const SHARED_MS = 250;

/** Whether this replica should be sent work. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private shuttingDown = false;
  private asked: { readonly at: number; readonly answer: Promise<void> } | undefined;

  constructor(private readonly database: Database) {}

  onModuleDestroy(): void {
    this.shuttingDown = true;
  }

  /** Throws why not. */
  async check(): Promise<void> {
    if (this.shuttingDown) throw new CcError('CC_SHUTTING_DOWN', 'this replica is shutting down; ask another');
    const now = Date.now();
    if (this.asked === undefined || now - this.asked.at > SHARED_MS)
      this.asked = { at: now, answer: this.askDatabase() };
    return this.asked.answer;
  }

  private async askDatabase(): Promise<void> {
    const late = new AbortController();
    const timeout = sleep(PATIENCE_MS, undefined, { signal: late.signal }).then(() => {
      throw unavailable(`no answer within ${PATIENCE_MS} ms`);
    });
    try {
      await Promise.race([this.database.pool.query('SELECT 1'), timeout]);
    } catch (thrown) {
      throw unavailable('it does not answer', thrown);
    } finally {
      late.abort();
      timeout.catch(() => undefined);
    }
  }
}

function unavailable(why: string, cause?: unknown): CcError {
  if (cause instanceof CcError) return cause;
  return new CcError('CC_DATABASE_UNAVAILABLE', `PostgreSQL is not ready: ${why}`, { cause, retryAfter: 2 });
}
