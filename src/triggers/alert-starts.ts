import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { LessThan } from 'typeorm';
import { Database } from '../database/index.js';
import { type AlertDecision, AlertStartEntity } from './alert-start.entity.js';
import { reasonOf } from './start-failure.js';

const FORGET_EVERY_MS = 600_000;
const BATCH = 1_000;

export interface AlertStartView {
  readonly alert: string;
  readonly target: string;
  readonly occurrence: string;
  readonly decision: AlertDecision;
  readonly at: Date;
  readonly runId: string | null;
  readonly error: string | null;
}

/** What was decided about alerts, for people to read; forgotten after 30 days. */
@Injectable()
export class AlertStarts {
  readonly #log = new Logger('Alerts');

  constructor(private readonly database: Database) {}

  /** The newest first. `before` is the `seq` of the last one seen. */
  async list(
    workflow: string,
    limit: number,
    before: string | undefined,
  ): Promise<{ items: AlertStartView[]; nextCursor: string | null }> {
    const rows = await this.database.dataSource.getRepository(AlertStartEntity).find({
      where: { workflowId: workflow, ...(before !== undefined && { seq: LessThan(before) }) },
      order: { seq: 'DESC' },
      take: limit + 1,
    });
    const page = rows.slice(0, limit);
    return {
      items: page.map(({ alert, target, occurrence, decision, at, runId, error }) => ({
        alert,
        target,
        occurrence,
        decision,
        at,
        runId,
        error,
      })),
      nextCursor: rows.length > limit ? page.at(-1)!.seq : null,
    };
  }

  @Interval('triggers.alerts.forget', FORGET_EVERY_MS)
  async forget(): Promise<void> {
    try {
      while ((await this.#forgetBatch()) === BATCH);
    } catch (thrown) {
      this.#log.warn(`old decisions about alerts stay until the next try: ${reasonOf(thrown)}`);
    }
  }

  async #forgetBatch(): Promise<number> {
    const { rowCount } = await this.database.pool.query(
      `DELETE FROM alert_start WHERE seq IN (
         SELECT seq FROM alert_start WHERE at < now() - interval '30 days'
         ORDER BY at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`,
    );
    return rowCount ?? 0;
  }
}
