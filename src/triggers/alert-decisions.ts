import { Injectable } from '@nestjs/common';
import { Batches, Database, type Tx } from '../database/index.js';
import { alertSql } from './alert-sql.js';
import type { AlertDecision } from './alert-start.entity.js';

export interface AlertAsk {
  readonly workflow: string;
  readonly occurrence: string;
  readonly entry: string;
  readonly target: string;
  readonly alert: string;
  readonly cooldownMs: number | undefined;
  readonly guard: { readonly max: number; readonly windowMs: number } | undefined;
}

export interface AlertAnswer {
  readonly decision: AlertDecision;
  /** False when it had been decided before: by a dispatch that crashed, or by another replica. */
  readonly isNew: boolean;
  /** Its run is known to be there: nothing is left to do, also when nobody remembers its key any more. */
  readonly hasRun: boolean;
  /** The first drop of its kind since a start was last possible: the one worth a line in the log. */
  readonly isFirst: boolean;
}

/**
 * Whether an alert starts its workflow, decided once and for all replicas: one after the other for each workflow, by the
 * clock of the database, in rows that are there before the run is.
 */
@Injectable()
export class AlertDecisions {
  readonly #asking = new Batches<AlertAsk, AlertAnswer>((asks) => this.#decideAll(asks));

  constructor(private readonly database: Database) {}

  /** Durable when this returns. Asked again about the same occurrence it answers the same. */
  decide(ask: AlertAsk): Promise<AlertAnswer> {
    return this.#asking.call(ask);
  }

  async started({ workflow, occurrence }: AlertAsk, runId: string): Promise<void> {
    await this.database.pool.query(
      'UPDATE alert_start SET run_id = $3 WHERE workflow_id = $1 AND occurrence = $2 AND run_id IS NULL',
      [workflow, occurrence, runId],
    );
  }

  /** What never started makes nobody wait: it counts for neither cooldown nor guard. */
  async failed({ workflow, occurrence }: AlertAsk, error: string): Promise<void> {
    await this.database.pool.query(
      `UPDATE alert_start SET decision = 'failed', error = left($3, 1000) WHERE workflow_id = $1 AND occurrence = $2`,
      [workflow, occurrence, error],
    );
  }

  #decideAll(asks: readonly AlertAsk[]): Promise<AlertAnswer[]> {
    return this.database.transaction(async (tx) => {
      // In one order everywhere, or two replicas would wait for each other.
      for (const workflow of [...new Set(asks.map((ask) => ask.workflow))].sort()) {
        await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('alert_start ' || $1, 0))`, [workflow]);
      }
      const answers: AlertAnswer[] = [];
      for (const ask of asks) answers.push(await decide(tx, ask));
      return answers;
    });
  }
}

async function decide(tx: Tx, ask: AlertAsk): Promise<AlertAnswer> {
  const { rows } = await tx.query<{ decision: AlertDecision; run_id: string | null }>(alertSql.decided, [
    ask.workflow,
    ask.occurrence,
  ]);
  const [before] = rows;
  if (before !== undefined) {
    return { decision: before.decision, isNew: false, hasRun: before.run_id !== null, isFirst: false };
  }
  const answer = await judge(tx, ask);
  await tx.query(alertSql.decide, [ask.workflow, ask.occurrence, ask.entry, ask.target, ask.alert, answer.decision]);
  return { ...answer, isNew: true, hasRun: false };
}

async function judge(tx: Tx, ask: AlertAsk): Promise<Pick<AlertAnswer, 'decision' | 'isFirst'>> {
  const { workflow, entry, target, cooldownMs, guard } = ask;
  const yes = async (sql: string, ...values: unknown[]) =>
    (await tx.query<{ yes: boolean }>(sql, [workflow, entry, ...values])).rows[0]!.yes;
  if (cooldownMs !== undefined && (await yes(alertSql.cooling, target, cooldownMs))) {
    return { decision: 'cooldown', isFirst: !(await yes(alertSql.cooledBefore, target, cooldownMs)) };
  }
  if (guard !== undefined && (await yes(alertSql.full, guard.windowMs, guard.max))) {
    return { decision: 'guarded', isFirst: !(await yes(alertSql.guardedBefore, guard.windowMs)) };
  }
  return { decision: 'started', isFirst: false };
}
