import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/index.js';
import { messageOf } from '../errors/index.js';
import { type ApprovalRequest, CommandPort, CommandPorts } from '../runs/index.js';
import { Gauges, names } from '../telemetry/index.js';

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
    const { run, workflow, step, message, approvers, requestedAt, dueAt } = request;
    await this.database.pool.query(
      `INSERT INTO approval (id, run_id, workflow_id, step, message, approvers, requested_at, due_at)
       VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000))
       ON CONFLICT (run_id, step) DO NOTHING`,
      [uuidv7(), run, workflow, step, message, approvers, requestedAt, dueAt ?? null],
    );
  }

  /** One that was never written is as good as closed: the run asks for it no more. */
  override async closeApproval(run: string, step: string, as: 'expired' | 'cancelled'): Promise<boolean> {
    await this.database.pool.query(
      `UPDATE approval SET status = $3, decided_at = clock_timestamp() WHERE run_id = $1 AND step = $2 AND status = 'pending'`,
      [run, step, as],
    );
    const { rows } = await this.database.pool.query<{ status: string }>(
      'SELECT status FROM approval WHERE run_id = $1 AND step = $2',
      [run, step],
    );
    return rows[0] === undefined || rows[0].status === as;
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
