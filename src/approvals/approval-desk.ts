import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/index.js';
import { messageOf } from '../errors/index.js';
import { type ApprovalRequest, CommandPort, CommandPorts } from '../runs/index.js';
import { Gauges, names } from '../telemetry/index.js';
import type { ApprovalStatus } from './approval.entity.js';

const TIDY_EVERY_MS = 60_000;
const BATCH = 1_000;

/** What runs ask of approvals. Everything may be asked twice. */
@Injectable()
export class ApprovalDesk extends CommandPort implements OnModuleInit {
  readonly #log = new Logger('Approvals');

  constructor(
    private readonly database: Database,
    private readonly ports: CommandPorts,
    private readonly gauges: Gauges,
  ) {
    super();
  }

  onModuleInit(): void {
    this.ports.use(this);
    this.gauges.watch(names.instruments.approvalsPending, async () => {
      const sql = `SELECT count(*)::int AS pending FROM approval WHERE status = 'pending'`;
      const { rows } = await this.database.pool.query<{ pending: number }>(sql);
      return [{ value: rows[0]!.pending }];
    });
  }

  override async requestApproval(request: ApprovalRequest): Promise<void> {
    await this.database.pool.query(`${insert} ON CONFLICT (run_id, step) DO NOTHING`, valuesOf(request, 'pending'));
  }

  /** Written even where nothing was asked yet: a request that is still on its way must not be decided after its time. */
  override async closeApproval(request: ApprovalRequest, as: 'expired' | 'cancelled'): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      `${insert} ON CONFLICT (run_id, step) DO UPDATE
         SET status = excluded.status, decided_at = coalesce(approval.decided_at, excluded.decided_at)
         WHERE approval.status NOT IN ('approved', 'rejected')`,
      valuesOf(request, as),
    );
    return rowCount === 1;
  }

  /** Runs that ended without closing what they asked for (they wrote too much, their partition is gone) leave it behind. */
  @Interval('approvals.tidy', TIDY_EVERY_MS)
  async tidy(): Promise<void> {
    try {
      await this.database.pool.query(
        `UPDATE approval a SET status = 'cancelled', decided_at = clock_timestamp()
         WHERE status = 'pending' AND NOT EXISTS (SELECT FROM run r WHERE r.id = a.run_id AND r.finished_at IS NULL)`,
      );
      await this.database.pool.query(
        `DELETE FROM approval WHERE id IN (
           SELECT id FROM approval a WHERE status <> 'pending' AND decided_at < now() - interval '30 days'
             AND NOT EXISTS (SELECT FROM run r WHERE r.id = a.run_id) LIMIT ${BATCH})`,
      );
    } catch (thrown) {
      this.#log.warn(`approvals are not tidied up until the next try: ${messageOf(thrown)}`);
    }
  }
}

const insert = `
  INSERT INTO approval (id, run_id, workflow_id, step, message, approvers, requested_at, due_at, status, decided_at)
  VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000), $9::text,
    CASE WHEN $9::text <> 'pending' THEN clock_timestamp() END)`;

function valuesOf(request: ApprovalRequest, status: ApprovalStatus): unknown[] {
  const { run, workflow, step, message, approvers, requestedAt, dueAt } = request;
  return [uuidv7(), run, workflow, step, message, approvers, requestedAt, dueAt ?? null, status];
}
