import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { Database, type Tx } from '../database/index.js';
import { messageOf } from '../errors/index.js';
import type { Actor } from './actor.js';
import { record, type AuditEntry } from './audit-record.js';

export interface AuditQuery {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** seq of the last entry seen. */
  readonly before?: string | undefined;
  readonly limit: number;
}

export interface AuditView {
  readonly seq: string;
  readonly at: Date;
  readonly actor: { readonly kind: Actor['kind']; readonly name: string; readonly tokenId: string | null };
  readonly action: string;
  readonly target: { readonly kind: string; readonly name: string };
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly details: Readonly<Record<string, unknown>> | null;
}

interface Row extends Omit<AuditView, 'actor' | 'target' | 'details'> {
  readonly kind: Actor['kind'];
  readonly actor: string;
  readonly tokenId: string | null;
  readonly targetKind: string;
  readonly target: string;
  readonly details: string | null;
}

const pruneEveryMs = 3_600_000;
const pruneAtOnce = 5_000;

/** Who changed what, when, by which request. Kept for `audit.retention`, and `audit.maxEntries` at most. */
@Injectable()
export class Audit implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #log = new Logger('Audit');
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) private readonly config: Pick<Config, 'audit'>,
  ) {}

  /** In the transaction of the change where it has one; durable when `tx` commits. */
  record(tx: Tx, by: Actor, entry: AuditEntry): Promise<void> {
    return record(tx, by, entry);
  }

  /** Of a change that another room has made durable just now. */
  async recordMade(by: Actor, entry: AuditEntry): Promise<void> {
    await record(this.database.pool, by, entry);
  }

  /** Newest first. */
  async list(query: AuditQuery): Promise<{ items: AuditView[]; nextCursor: string | null }> {
    const { actor, action, target, since, until, before, limit } = query;
    const rows = await this.database.dataSource.query<Row[]>(
      `SELECT seq, at, actor_kind AS kind, actor, token_id AS "tokenId", action, target_kind AS "targetKind", target,
              request_id AS "requestId", trace_id AS "traceId", details
         FROM audit_entry
        WHERE ($1::text IS NULL OR actor = $1)
          AND ($2::text IS NULL OR action = $2)
          AND ($3::text IS NULL OR target = $3)
          AND ($4::timestamptz IS NULL OR at >= $4)
          AND ($5::timestamptz IS NULL OR at < $5)
          AND ($6::bigint IS NULL OR seq < $6)
        ORDER BY seq DESC LIMIT $7`,
      [actor ?? null, action ?? null, target ?? null, since ?? null, until ?? null, before ?? null, limit + 1],
    );
    const items = rows.slice(0, limit).map(view);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.seq : null };
  }

  onApplicationBootstrap(): void {
    const prune = () =>
      void this.prune().catch((thrown: unknown) => this.#log.warn(`nothing pruned: ${messageOf(thrown)}`));
    this.#timer = setInterval(prune, pruneEveryMs);
    this.#timer.unref();
    prune();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** A batch at a time, so that no statement holds many rows for long. Gives how many went. */
  async prune(): Promise<number> {
    const { retentionMs, maxEntries } = this.config.audit;
    for (let gone = 0; ;) {
      const { rowCount } = await this.database.pool.query(
        `DELETE FROM audit_entry WHERE seq IN (
           (SELECT seq FROM audit_entry WHERE at < now() - $1::float8 * interval '1 ms' ORDER BY at LIMIT $3)
           UNION
           (SELECT seq FROM audit_entry WHERE seq <= (SELECT max(seq) FROM audit_entry) - $2::bigint ORDER BY seq LIMIT $3))`,
        [retentionMs, maxEntries, pruneAtOnce],
      );
      gone += rowCount ?? 0;
      if (!rowCount) return gone;
    }
  }
}

function view({ kind, actor, tokenId, targetKind, target, details, ...row }: Row): AuditView {
  return {
    ...row,
    actor: { kind, name: actor, tokenId },
    target: { kind: targetKind, name: target },
    details: details === null ? null : (JSON.parse(details) as Record<string, unknown>),
  };
}
