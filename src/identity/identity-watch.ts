import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../database/index.js';
import { messageOf } from '../errors/index.js';
import { Authenticator } from './authenticator.js';
import { StoredSecrets } from './stored-secrets.js';

/** What changed on one replica holds on all within a second, and this leaves time for the looking. */
const lookEveryMs = 300;

/**
 * Looks whether anybody changed users, tokens or secrets, and forgets what was known of them. A look at a row, not a
 * NOTIFY: a connection that is dead and does not know it would hear nothing, and somebody who was shut out would stay in.
 */
@Injectable()
export class IdentityWatch implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Identity');
  #timer: NodeJS.Timeout | undefined;
  #seen: string | undefined;
  #failing = false;
  #stopped = false;

  constructor(
    private readonly database: Database,
    private readonly authenticator: Authenticator,
    private readonly stored: StoredSecrets,
  ) {}

  onApplicationBootstrap(): void {
    this.#later();
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => void this.look().finally(() => this.#later()), lookEveryMs);
    this.#timer.unref();
  }

  async look(): Promise<void> {
    try {
      const { rows } = await this.database.pool.query<{ version: string }>('SELECT version FROM identity_version');
      const version = rows[0]?.version;
      this.#failing = false;
      if (version === this.#seen) return;
      this.authenticator.forgetAll();
      await this.stored.load();
      this.#seen = version;
    } catch (thrown) {
      if (this.#stopped) return;
      // PostgreSQL is away: who is known is believed for five seconds at most, and nobody can change anything either.
      if (!this.#failing) this.#log.warn(`cannot see whether users or secrets changed: ${messageOf(thrown)}`);
      this.#failing = true;
    }
  }
}
