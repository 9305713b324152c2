import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { Database, type Tx } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { isApprover, type Principal } from '../identity/index.js';
import { Signals } from '../runs/index.js';
import { names, Span } from '../telemetry/index.js';
import { ApprovalEntity, type ApprovalStatus } from './approval.entity.js';

export interface ApprovalView {
  readonly id: string;
  readonly run: string;
  readonly workflow: string;
  readonly step: string;
  readonly message: string;
  readonly approvers: readonly string[];
  readonly status: ApprovalStatus;
  readonly requestedAt: Date;
  readonly dueAt: Date | null;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  readonly comment: string | null;
  readonly data: unknown;
}

export interface Decision {
  readonly decision: 'approve' | 'reject';
  readonly comment?: string | undefined;
  readonly data?: unknown;
}

export interface ApprovalQuery {
  readonly status?: readonly ApprovalStatus[] | undefined;
  readonly workflow?: string | undefined;
  readonly run?: string | undefined;
  /** Id of the last one seen. */
  readonly before?: string | undefined;
  readonly limit: number;
}

interface Row {
  readonly run_id: string;
  readonly step: string;
  readonly status: ApprovalStatus;
  readonly approvers: readonly string[];
  readonly decided_by: string | null;
  readonly run_open: boolean;
}

/** JSON of what a decision brings along: it becomes part of the run. */
const mostData = 64 * 1024;

/** Approvals as people see them, and what they decide. */
@Injectable()
export class Approvals {
  constructor(
    private readonly database: Database,
    private readonly signals: Signals,
  ) {}

  /** Newest first. */
  async list({
    status,
    workflow,
    run,
    before,
    limit,
  }: ApprovalQuery): Promise<{ items: ApprovalView[]; nextCursor: string | null }> {
    const rows = await this.database.dataSource.getRepository(ApprovalEntity).find({
      where: {
        ...(status && { status: In([...status]) }),
        ...(workflow !== undefined && { workflowId: workflow }),
        ...(run !== undefined && { runId: run }),
        ...(before !== undefined && { id: LessThan(before) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit).map(view);
    return { items, nextCursor: rows.length > limit ? items.at(-1)!.id : null };
  }

  /** How many wait for a decision; counted no further than `most`. */
  async pending(most: number): Promise<number> {
    const [row] = await this.database.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM (SELECT FROM approval WHERE status = 'pending' LIMIT $1) AS pending`,
      [most],
    );
    return row!.count;
  }

  /** What these runs ask now, in short: another text when they ask something else. Those that ask nothing are left out. */
  async asking(runs: readonly string[]): Promise<Map<string, string>> {
    const rows = await this.database.dataSource.query<{ run: string; asks: string }[]>(
      `SELECT run_id AS run, count(*) || ' ' || max(id::text) AS asks
         FROM approval WHERE run_id = ANY ($1::uuid[]) AND status = 'pending' GROUP BY run_id`,
      [runs],
    );
    return new Map(rows.map(({ run, asks }) => [run, asks]));
  }

  async get(id: string): Promise<ApprovalView> {
    const row = await this.database.dataSource.getRepository(ApprovalEntity).findOneBy({ id });
    if (row === null) throw notFound(id);
    return view(row);
  }

  /**
   * The decision and the signal to the run are one transaction; the first decision counts. Throws CC_APPROVAL_NOT_FOUND,
   * CC_APPROVAL_DECIDED, CC_FORBIDDEN, CC_REQUEST_INVALID.
   */
  @Span(names.span.approvalsDecide)
  async decide(id: string, by: Principal, { decision, comment, data }: Decision): Promise<void> {
    const json = data === undefined ? null : JSON.stringify(data);
    if (json !== null && Buffer.byteLength(json) > mostData) throw tooMuch(Buffer.byteLength(json));
    await this.database.transaction(async (tx) => {
      const row = await this.#lock(tx, id);
      refuseWhenDecided(id, row);
      if (!isApprover(by, row.approvers)) throw forbidden(by, row.approvers);
      await tx.query(
        `UPDATE approval SET status = $2, decided_at = clock_timestamp(), decided_by = $3, comment = $4, data = $5 WHERE id = $1`,
        [id, decision === 'approve' ? 'approved' : 'rejected', by.name, comment ?? null, json],
      );
      const { run_id: run, step } = row;
      const said = { ...(comment !== undefined && { comment }), ...(data !== undefined && { data }) };
      await this.signals.sendWith(tx, run, { type: 'ApprovalDecided', at: Date.now(), step, decision, by: by.name, ...said }); // prettier-ignore
    });
  }

  async #lock(tx: Tx, id: string): Promise<Row> {
    const { rows } = await tx.query<Row>(
      `SELECT run_id, step, status, approvers, decided_by,
              EXISTS (SELECT FROM run r WHERE r.id = run_id AND r.finished_at IS NULL) AS run_open
         FROM approval WHERE id = $1 FOR UPDATE`,
      [id],
    );
    const [row] = rows;
    if (row === undefined) throw notFound(id);
    return row;
  }
}

function refuseWhenDecided(id: string, { status, decided_by: by, run_open: open, run_id: run }: Row): void {
  if (status !== 'pending') {
    const who = by === null ? '' : ` by ${by}`;
    throw new CcError('CC_APPROVAL_DECIDED', `approval ${id} is ${status}${who} already; the first decision counts`);
  }
  if (!open) throw new CcError('CC_APPROVAL_DECIDED', `approval ${id} is cancelled: run ${run} has ended`);
}

function forbidden({ name }: Principal, approvers: readonly string[]): CcError {
  return new CcError('CC_FORBIDDEN', `${name} is not among those who may decide this: ${approvers.join(', ')}`);
}

function notFound(id: string): CcError {
  return new CcError('CC_APPROVAL_NOT_FOUND', `there is no approval ${id}; list them with GET /api/v1/approvals`);
}

function tooMuch(bytes: number): CcError {
  const message = `data has ${bytes} bytes, at most ${mostData} become part of a run: send the address of the rest`;
  return new CcError('CC_REQUEST_INVALID', message, { problems: [{ path: 'data', message }] });
}

function view(row: ApprovalEntity): ApprovalView {
  const { id, runId: run, workflowId: workflow, step, message, approvers, status } = row;
  const { requestedAt, dueAt, decidedAt, decidedBy, comment } = row;
  const data: unknown = row.data === null ? null : JSON.parse(row.data);
  return {
    id,
    run,
    workflow,
    step,
    message,
    approvers,
    status,
    requestedAt,
    dueAt,
    decidedAt,
    decidedBy,
    comment,
    data,
  };
}
