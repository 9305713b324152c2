import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { names, Span } from '../telemetry/index.js';
import { Signals } from './signals.js';

/** What people and other systems may do to a run after it started. */
@Injectable()
export class RunControl {
  constructor(
    private readonly database: Database,
    private readonly signals: Signals,
  ) {}

  /** Resolves when the request is durable; the run ends when its steps in flight have stopped. */
  @Span(names.span.runsCancel)
  async cancel(id: string, by: string, reason?: string): Promise<void> {
    const { rows } = await this.database.pool.query<{ status: string; finished_at: Date | null }>(
      'SELECT status, finished_at FROM run WHERE id = $1',
      [id],
    );
    const [run] = rows;
    if (run === undefined)
      throw new CcError('CC_RUN_NOT_FOUND', `there is no run ${id}; list runs with GET /api/v1/runs`);
    if (run.finished_at !== null) throw new CcError('CC_RUN_FINISHED', `run ${id} has ended already: ${run.status}`);
    await this.signals.send(id, {
      type: 'RunCancelRequested',
      at: Date.now(),
      by,
      ...(reason !== undefined && { reason }),
    });
  }
}
