import { randomUUID } from 'node:crypto';
import type { Database } from '../../../src/database/index.js';
import type { StartedRun, StartRequest } from '../../../src/runs/index.js';

/** The port `RunStarter`: a run is its row of `trigger_dedupe`, durable and once per key like the real one's. */
export class FakeStarter {
  /** Requests that made a run, in order. */
  readonly started: StartRequest[] = [];
  duplicates = 0;
  /** Asked before each start: what to throw instead. */
  refuse: (request: StartRequest) => unknown = () => undefined;
  /** Done when a run is durable and its caller does not know yet. */
  afterStart: () => Promise<void> = async () => {};

  constructor(private readonly database: Database) {}

  async start(request: StartRequest): Promise<StartedRun> {
    const refusal = this.refuse(request);
    if (refusal !== undefined) throw refusal;
    const { workflow, trigger, dedupe } = request;
    const { rows } = await this.database.pool.query<{ run_id: string; created_at: Date }>(
      `INSERT INTO trigger_dedupe (kind, workflow_id, key, run_id) VALUES ($1, $2, $3, $4)
       ON CONFLICT (kind, workflow_id, key) DO NOTHING RETURNING run_id, created_at`,
      [trigger.kind, workflow, dedupe?.key, randomUUID()],
    );
    const duplicate = rows.length === 0;
    if (duplicate) this.duplicates++;
    else this.started.push(request);
    await this.afterStart();
    const id = rows[0]?.run_id ?? randomUUID();
    return { id, workflow, version: 'v', status: 'queued', createdAt: rows[0]?.created_at ?? new Date(), duplicate };
  }
}
