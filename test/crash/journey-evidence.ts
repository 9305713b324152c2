import type { Arena } from './arena.js';

/** What should be empty, or 0, once all runs have ended and the sweepers have been by. */
export interface JourneyEvidence {
  /** Runs with no end in their log, or with two. */
  readonly ends: string[];
  /** More or fewer runs of a (parent, step) than one, or another than the parent knows. */
  readonly children: string[];
  /** Rows that say something else than their run, or than the API said. */
  readonly approvals: string[];
  /** Journeys that were paid for other than once, or by another's event. */
  readonly events: string[];
  /** Journeys that started and whose `finally` was not done once. */
  readonly tidied: string[];
  readonly leftBehind: { readonly waits: number; readonly places: number; readonly pending: number };
}

export const nothing: JourneyEvidence = {
  ends: [],
  children: [],
  approvals: [],
  events: [],
  tidied: [],
  leftBehind: { waits: 0, places: 0, pending: 0 },
};

const wrong = {
  ends: `
    SELECT r.id::text FROM run r LEFT JOIN run_event e ON e.run_id = r.id AND e.type IN ('RunSucceeded', 'RunFailed', 'RunCancelled')
    GROUP BY r.id HAVING count(e.seq) <> 1`,

  children: `
    WITH child AS (
      SELECT run_id AS id, data::json #>> '{trigger,parent,run}' AS parent, data::json #>> '{trigger,parent,step}' AS step
      FROM run_event WHERE type = 'RunCreated' AND data::json #>> '{trigger,parent,run}' IS NOT NULL
    ), known AS (
      SELECT run_id::text AS parent, data::json ->> 'step' AS step, (data::json ->> 'child')::uuid AS id
      FROM run_event WHERE type = 'ChildStarted'
    ), wanted AS (
      SELECT r.id::text AS parent, step FROM run r, unnest(ARRAY['part', 'apart']) AS s(step)
      WHERE r.workflow_id = 'journey' AND r.status = 'succeeded'
    )
    SELECT parent || '/' || step || ' started ' || count(*) FROM child GROUP BY parent, step HAVING count(*) > 1
    UNION ALL SELECT parent || '/' || step || ' has another' FROM known k WHERE NOT EXISTS (SELECT FROM child c WHERE c.id = k.id AND c.parent = k.parent AND c.step = k.step)
    UNION ALL SELECT parent || '/' || step || ' is missing' FROM wanted w WHERE NOT EXISTS (SELECT FROM known k WHERE k.parent = w.parent AND k.step = w.step)`,

  approvals: `
    WITH said AS (
      SELECT run_id, data::json ->> 'step' AS step, count(*) AS times,
        min(CASE data::json ->> 'decision' WHEN 'approve' THEN 'approved' WHEN 'reject' THEN 'rejected' ELSE data::json ->> 'decision' END) AS status
      FROM run_event WHERE type = 'ApprovalDecided' GROUP BY 1, 2
    )
    SELECT concat_ws(' ', a.run_id, a.step, a.status, 'in the run', s.times, s.status) FROM approval a
    JOIN run r ON r.id = a.run_id LEFT JOIN said s ON s.run_id = a.run_id AND s.step = a.step
    WHERE (s.times IS NULL AND NOT (r.status = 'cancelled' AND a.status <> 'pending')) OR s.times > 1 OR s.status <> a.status
    UNION ALL SELECT s.run_id || '/' || s.step || ' has no row' FROM said s
    WHERE s.status <> 'cancelled' AND NOT EXISTS (SELECT FROM approval a WHERE a.run_id = s.run_id AND a.step = s.step)`,

  events: `
    SELECT r.id || ' ' || count(e.seq) FROM run r
    JOIN run_event c ON c.run_id = r.id AND c.type = 'RunCreated'
    LEFT JOIN run_event e ON e.run_id = r.id AND e.type = 'EventReceived'
    WHERE r.workflow_id = 'journey' AND r.status = 'succeeded'
    GROUP BY r.id, c.data HAVING count(e.seq) <> 1 OR min(e.data::json #>> '{event,data,id}') <> c.data::json #>> '{input,id}'`,

  tidied: `
    SELECT r.id::text FROM run r LEFT JOIN run_event e ON e.run_id = r.id AND e.type = 'StepSucceeded' AND e.data::json ->> 'step' = 'tidy'
    WHERE r.workflow_id = 'journey' AND r.started_at IS NOT NULL GROUP BY r.id HAVING count(e.seq) <> 1`,
};

const left = `
  WITH ended AS (SELECT id FROM run WHERE finished_at IS NOT NULL)
  SELECT (SELECT count(*)::int FROM event_wait WHERE run_id IN (TABLE ended)) AS waits,
    (SELECT count(*)::int FROM run_slot WHERE run_id IN (TABLE ended)) AS places,
    (SELECT count(*)::int FROM approval WHERE status = 'pending' AND run_id IN (TABLE ended)) AS pending`;

/** `decided`: what the API said yes to, by approval. */
export async function journeyEvidence(arena: Arena, decided: ReadonlyMap<string, string>): Promise<JourneyEvidence> {
  const found: Record<string, string[]> = {};
  for (const [what, sql] of Object.entries(wrong))
    found[what] = (await arena.query(sql)).map((row) => String(Object.values(row)[0]));
  const rows = await arena.query<{ id: string; status: string }>('SELECT id, status FROM approval');
  const status = new Map(rows.map((row) => [row.id, row.status]));
  for (const [id, decision] of decided) {
    const expected = decision === 'approve' ? 'approved' : 'rejected';
    if (status.get(id) !== expected) found['approvals']!.push(`${id} was ${expected}, and is ${status.get(id)}`);
  }
  const [leftBehind] = await arena.query(left);
  return { ...(found as unknown as JourneyEvidence), leftBehind };
}

export async function leftBehind(arena: Arena): Promise<number> {
  const [{ waits, places, pending }] = await arena.query(left);
  return waits + places + pending;
}
