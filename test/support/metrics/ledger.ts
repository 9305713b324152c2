import type pg from 'pg';

/** A run that ended, as its row and its log say. */
interface LedgerRun {
  readonly workflow: string;
  readonly trigger: string;
  readonly status: string;
  readonly seconds: number;
  readonly activeSeconds: number;
  readonly usd: number;
}

/** An attempt that ended, as its events say. */
interface LedgerAttempt {
  readonly agent: string;
  readonly action: string;
  readonly status: string;
  readonly seconds: number;
}

/** What happened, from PostgreSQL alone. */
export interface Ledger {
  readonly runs: readonly LedgerRun[];
  readonly attempts: readonly LedgerAttempt[];
  readonly errors: readonly { readonly agent: string; readonly action: string; readonly type: string }[];
  readonly retries: readonly { readonly agent: string; readonly action: string }[];
  /** Of every run of which a step started. */
  readonly lags: readonly { readonly trigger: string; readonly seconds: number }[];
  readonly costs: readonly { readonly workflow: string; readonly kind: string; readonly usd: number }[];
  readonly takeOvers: number;
  /** That were decided, or came to nothing. */
  readonly approvals: readonly { readonly workflow: string; readonly decision: string; readonly seconds: number }[];
}

interface EventRow {
  readonly run_id: string;
  readonly workflow_id: string;
  readonly trigger: string;
  readonly definition: string;
  readonly type: string;
  readonly at: Date;
  readonly data: string;
}

interface EventData {
  readonly step: string;
  readonly attempt: number;
  /** A start and its result in one row. */
  readonly startedAt?: number;
  /** The step is a list now: its items are what is attempted. */
  readonly items?: readonly unknown[];
  readonly decision: keyof typeof decisions;
  readonly error?: { readonly type: string };
  readonly trigger?: { readonly scheduledFor?: string };
  readonly usd: number;
  readonly kind: string;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

export const nothing: Ledger = { runs: [], attempts: [], errors: [], retries: [], lags: [], costs: [], takeOvers: 0, approvals: [] }; // prettier-ignore

export async function readLedger(sql: pg.Client): Promise<Ledger> {
  const runs = await sql.query<LedgerRun>(
    `SELECT workflow_id AS workflow, trigger, status, cost_usd AS usd, active_ms / 1000 AS "activeSeconds",
            extract(epoch FROM finished_at - coalesce(started_at, created_at))::float8 AS seconds
     FROM run WHERE finished_at IS NOT NULL`,
  );
  const events = await sql.query<EventRow>(
    `SELECT run_id, workflow_id, trigger, definition, type, at, data
     FROM run_event JOIN run ON run.id = run_id JOIN workflow_version v USING (workflow_id, version) ORDER BY run_id, run_event.seq`,
  );
  const ledger: Writable<Ledger> = {
    runs: runs.rows, attempts: [], errors: [], retries: [], lags: [], costs: [], takeOvers: 0, approvals: [],
  }; // prettier-ignore
  for (const rows of Map.groupBy(events.rows, (row) => row.run_id).values()) enter(ledger, rows);
  return ledger;
}

/** The log of one run. */
function enter(ledger: Writable<Ledger>, rows: readonly EventRow[]): void {
  const { workflow_id: workflow, trigger, definition } = rows[0]!;
  const { steps, finally: last } = JSON.parse(definition) as Record<string, Record<string, { uses: string }>>;
  const usedBy = (step: string) => {
    const [agent = '', action = ''] = { ...steps, ...last }[step.replace(/\[\d+\]$/, '')]!.uses.split('.');
    return { agent, action };
  };
  const inFlight = new Map<string, number>();
  const asked = new Map<string, number>();
  let dueAt = 0;
  let begun = false;
  const began = (steps: Map<string, number> | undefined, step: string, at: number) => {
    steps?.set(step, at);
    if (!begun) ledger.lags.push({ trigger, seconds: (at - dueAt) / 1000 });
    begun = true;
  };
  for (const row of rows) {
    const data = JSON.parse(row.data) as EventData;
    const at = row.at.getTime();
    switch (row.type) {
      case 'RunCreated':
        dueAt = data.trigger?.scheduledFor === undefined ? at : Date.parse(data.trigger.scheduledFor);
        break;
      case 'StepStarted':
        began(data.items === undefined ? inFlight : undefined, data.step, at);
        break;
      case 'StepWaiting':
      case 'ChildStarted':
        began(undefined, data.step, at);
        break;
      case 'ApprovalRequested':
        began(asked, data.step, at);
        break;
      case 'ApprovalDecided': {
        const seconds = (at - asked.get(data.step)!) / 1000;
        asked.delete(data.step);
        ledger.approvals.push({ workflow, decision: decisions[data.decision], seconds });
        break;
      }
      case 'RunFailed': // it wrote too much: nothing in it is ended one by one
        for (const since of asked.values())
          ledger.approvals.push({ workflow, decision: 'cancelled', seconds: (at - since) / 1000 });
        break;
      case 'StepSucceeded':
      case 'StepFailed':
      case 'StepRetryScheduled': {
        if (data.startedAt !== undefined) began(inFlight, data.step, data.startedAt);
        const startedAt = inFlight.get(data.step);
        if (startedAt === undefined) break; // failed before it could be tried
        inFlight.delete(data.step);
        const used = usedBy(data.step);
        const status = statusOf(data.error?.type);
        ledger.attempts.push({ ...used, status, seconds: (at - startedAt) / 1000 });
        if (data.error && status !== 'cancelled') ledger.errors.push({ ...used, type: data.error.type });
        if (row.type === 'StepRetryScheduled') ledger.retries.push(used);
        break;
      }
      case 'CostReported':
        ledger.costs.push({ workflow, kind: data.kind, usd: data.usd });
        break;
      case 'RunTakenOver':
        ledger.takeOvers++;
        for (const step of inFlight.keys()) ledger.errors.push({ ...usedBy(step), type: 'lost' });
    }
  }
}

/** In the words of an approval's status. */
const decisions = { approve: 'approved', reject: 'rejected', expired: 'expired', cancelled: 'cancelled' } as const;

function statusOf(error: string | undefined): string {
  if (error === undefined) return 'succeeded';
  if (error === 'timeout') return 'timed_out';
  return error === 'cancelled' ? 'cancelled' : 'failed';
}
