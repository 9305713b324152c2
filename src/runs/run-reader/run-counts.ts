import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { RunStatus } from '../../workflow/index.js';
import { Replica } from '../replica.js';

export interface RunCounts {
  /** Runs that have not ended, by status. */
  readonly open: Readonly<Partial<Record<RunStatus, number>>>;
  /** Seconds the oldest due run has waited for a replica; 0 when none waits. */
  readonly oldestDueSeconds: number;
}

export interface ReplicaView {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly role: string;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
}

/** How much is going on, over all replicas. Counted when asked. */
@Injectable()
export class RunCounter {
  constructor(
    private readonly database: Database,
    private readonly self: Replica,
  ) {}

  /** The id of this process. It changes when the replica was declared dead and came back. */
  get replicaId(): string {
    return this.self.id;
  }

  async count(): Promise<RunCounts> {
    const rows = await this.database.dataSource.query<{ status: RunStatus; runs: string; oldest: number | null }[]>(
      `SELECT status, count(*) AS runs,
              max(extract(epoch FROM now() - coalesce(wake_at, created_at))::float8)
                FILTER (WHERE owner IS NULL AND status <> 'paused' AND (wake_at <= now() OR (wake_at IS NULL AND status = 'queued'))) AS oldest
         FROM run WHERE finished_at IS NULL GROUP BY status`,
    );
    return {
      open: Object.fromEntries(rows.map(({ status, runs }) => [status, Number(runs)])),
      oldestDueSeconds: Math.max(0, ...rows.map(({ oldest }) => oldest ?? 0)),
    };
  }

  async replicas(): Promise<ReplicaView[]> {
    return this.database.dataSource.query<ReplicaView[]>(
      `SELECT id, host, pid, role, started_at AS "startedAt", heartbeat_at AS "heartbeatAt" FROM replica ORDER BY started_at`,
    );
  }
}
