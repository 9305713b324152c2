import { Injectable } from '@nestjs/common';
import { Database } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { names, Span } from '../telemetry/index.js';
import type { RunEvent, RunStatus } from '../workflow/index.js';
import { Signals } from './signals.js';

/** What people and other systems may do to a run after it started. Each resolves when the request is durable. */
@Injectable()
export class RunControl {
  constructor(
    private readonly database: Database,
    private readonly signals: Signals,
  ) {}

  /** The run ends when its steps in flight have stopped and those of `finally` are done; `force`: without the latter. */
  @Span(names.span.runsCancel)
  async cancel(id: string, by: string, reason?: string, force = false): Promise<void> {
    await this.#send(id, { type: 'RunCancelRequested', at: Date.now(), by, ...said(reason), ...(force && { force }) });
  }

  /** Attempts in flight go on to their end; nothing else begins. The run's timeout goes on. */
  @Span(names.span.runsPause)
  async pause(id: string, by: string, reason?: string): Promise<void> {
    const status = await this.#send(id, { type: 'RunPaused', at: Date.now(), by, ...said(reason) });
    if (status !== 'queued') return;
    throw new CcError('CC_RUN_NOT_STARTED', `run ${id} has not started yet: cancel it, or wait until it has`);
  }

  @Span(names.span.runsResume)
  async resume(id: string, by: string): Promise<void> {
    await this.#send(id, { type: 'RunResumed', at: Date.now(), by });
  }

  async #send(id: string, event: RunEvent): Promise<RunStatus> {
    const { rows } = await this.database.pool.query<{ status: RunStatus; finished_at: Date | null }>(
      'SELECT status, finished_at FROM run WHERE id = $1',
      [id],
    );
    const [run] = rows;
    if (run === undefined)
      throw new CcError('CC_RUN_NOT_FOUND', `there is no run ${id}; list runs with GET /api/v1/runs`);
    if (run.finished_at !== null) throw new CcError('CC_RUN_FINISHED', `run ${id} has ended already: ${run.status}`);
    if (event.type !== 'RunPaused' || run.status !== 'queued') await this.signals.send(id, event);
    return run.status;
  }
}

function said(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
