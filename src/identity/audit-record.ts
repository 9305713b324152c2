import type { Tx } from '../database/index.js';
import type { Actor } from './actor.js';

/** What happened to what. Words and numbers that anybody may read: never a value of a secret, a token, an input. */
export interface AuditEntry {
  /** `<noun>.<verb>`: token.create, run.cancel. */
  readonly action: `${string}.${string}`;
  /** The noun that `target` is the name or id of: token, run. */
  readonly targetKind: string;
  readonly target: string;
  /** What the entry needs to be understood: `{ role: 'operator' }`. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const mostDetails = 4_096;

/** A line of the audit log. In the transaction of the change: there is neither one without the other. */
export async function record(tx: Tx, by: Actor, entry: AuditEntry): Promise<void> {
  await tx.query(
    `INSERT INTO audit_entry (actor_kind, actor, token_id, action, target_kind, target, request_id, trace_id, details)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      by.kind,
      by.name,
      by.tokenId ?? null,
      entry.action,
      entry.targetKind,
      entry.target,
      by.requestId ?? null,
      by.traceId ?? null,
      detailsOf(entry),
    ],
  );
}

function detailsOf({ details }: AuditEntry): string | null {
  if (details === undefined) return null;
  const text = JSON.stringify(details);
  return text.length <= mostDetails ? text : JSON.stringify({ cut: `${text.length} characters` });
}
