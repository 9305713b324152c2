import { isDeepStrictEqual } from 'node:util';
import { PluginOptions, PluginSecrets, TerminalError } from '@commandcenter/sdk';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { clientConfig } from './client-config.js';
import type { ConnectionOptions, PostgresOptions } from './options.js';

export interface Connection {
  readonly name: string;
  readonly options: ConnectionOptions;
  readonly pool: pg.Pool;
  /** For a connection outside the pool. */
  readonly config: pg.ClientConfig;
}

/** One pool for each connection that was used; a new one when what its secrets hold has changed. */
@Injectable()
export class Connections implements OnApplicationShutdown {
  readonly #options: ReadonlyMap<string, ConnectionOptions>;
  readonly #open = new Map<string, Connection & { readonly key: unknown }>();

  constructor(
    options: PluginOptions<PostgresOptions>,
    private readonly secrets: PluginSecrets,
  ) {
    this.#options = new Map(Object.entries(options.value.connections));
  }

  get(name: string): Connection {
    const options = this.#options.get(name);
    if (options === undefined) {
      throw new TerminalError(`There is no connection ${name}; list it under connections in the options of the postgres plugin`); // prettier-ignore
    }
    const config = clientConfig(name, options, this.secrets);
    const key = keyOf(config);
    const before = this.#open.get(name);
    if (before !== undefined && isDeepStrictEqual(before.key, key)) return before;
    // Steps that use it finish with it.
    void before?.pool.end();
    const pool = new pg.Pool({ ...config, max: options.poolSize, idleTimeoutMillis: 30_000, allowExitOnIdle: true });
    // Of connections that nobody uses, and of those in use, whose query fails too: without a listener it ends the hub.
    pool.on('error', () => undefined);
    pool.on('connect', (client) => client.on('error', () => undefined));
    const made = { name, options, pool, config, key };
    this.#open.set(name, made);
    return made;
  }

  /** What a server says is redacted before it is cut. */
  redact(text: string): string {
    return this.secrets.redact(text);
  }

  async onApplicationShutdown(): Promise<void> {
    const pools = [...this.#open.values()].map(({ pool }) => pool);
    this.#open.clear();
    await Promise.all(pools.map((pool) => pool.end()));
  }
}

/** Functions are never equal: what they would give, instead. */
function keyOf({ password, ssl, ...rest }: pg.ClientConfig): unknown {
  const { checkServerIdentity: _, ...plain } = typeof ssl === 'object' ? ssl : {};
  return { ...rest, ssl: ssl !== false, ...plain, password: typeof password === 'function' ? password() : password };
}
