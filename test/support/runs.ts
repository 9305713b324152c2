import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../../src/database/index.js';
import type { Writer } from '../../src/runs/journal/journal.js';
import type { EventRow, RunWrite } from '../../src/runs/journal/run-write.js';
import type { Replica } from '../../src/runs/replica.js';

type Column = string | number | boolean | Date | null;

/** A run as a row, with one event in its log. Columns are named as in the table. */
export async function insertRun(database: Database, columns: Readonly<Record<string, Column>> = {}): Promise<string> {
  const row: Record<string, Column> = {
    id: uuidv7(),
    workflow_id: 'flow',
    version: 'v1',
    status: 'running',
    trigger: 'manual',
    epoch: 1,
    seq: 1,
    trace_id: '0'.repeat(31) + '1',
    span_id: '0'.repeat(15) + '1',
    created_at: new Date(),
    ...columns,
  };
  const names = Object.keys(row);
  const places = names.map((_, n) => `$${n + 1}`);
  await database.pool.query(`INSERT INTO run (${names.join(', ')}) VALUES (${places.join(', ')})`, Object.values(row));
  const created = JSON.stringify({
    workflow: row['workflow_id'],
    version: row['version'],
    input: {},
    trigger: { kind: 'manual' },
  });
  const event = 'INSERT INTO run_event (run_id, seq, type, data, at) VALUES ($1, 1, $2, $3, now())';
  await database.pool.query(event, [row['id'], 'RunCreated', created]);
  return row['id'] as string;
}

/** As its liveness thread does: without a row a replica may own nothing. */
export async function register(database: Database, replica: Replica): Promise<void> {
  const { id, lockKey, host, pid, role } = replica.row();
  const insert = 'INSERT INTO replica (id, lock_key, host, pid, role) VALUES ($1, $2, $3, $4, $5)';
  await database.pool.query(insert, [id, lockKey, host, pid, role]);
}

export async function insertSignal(database: Database, run: string): Promise<string> {
  const query = `INSERT INTO run_inbox (run_id, kind, data) VALUES ($1, 'RunCancelRequested', '{"by":"ann"}') RETURNING id`;
  return (await database.pool.query<{ id: string }>(query, [run])).rows[0]!.id;
}

/** What a run of epoch 1 and seq 1 writes next: one event. */
export function writeOf(id: string, more: Partial<RunWrite> = {}): RunWrite {
  const events: readonly EventRow[] = more.events ?? [{ seq: 2, type: 'RunStarted', data: '{}', at: Date.now() }];
  const fromSeq = more.fromSeq ?? 1;
  return {
    id,
    epoch: 1,
    fromSeq,
    seq: fromSeq + events.length,
    status: 'running',
    error: null,
    costUsd: 0,
    activeMs: 0,
    startedAt: null,
    finishedAt: null,
    suspect: false,
    solo: false,
    acquitted: false,
    inbox: [],
    emitted: [],
    signals: [],
    ...more,
    events,
  };
}

/** A session as the journal sees it: writes what it was given, once, and remembers the verdict. */
export class RecordingWriter implements Writer {
  readonly verdict: Promise<'written' | 'lost'>;
  #tell: (verdict: 'written' | 'lost') => void = () => undefined;
  #write: RunWrite | undefined;

  constructor(write: RunWrite) {
    this.#write = write;
    this.verdict = new Promise((resolve) => (this.#tell = resolve));
  }

  take(): RunWrite | undefined {
    const write = this.#write;
    this.#write = undefined;
    return write;
  }

  written(): void {
    this.#tell('written');
  }

  lost(): void {
    this.#tell('lost');
  }
}
