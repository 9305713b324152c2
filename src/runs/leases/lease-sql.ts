export const sql = {
  /**
   * `wake_at` null and no owner means: runnable now. The condition keeps a hint that comes too early from waking a sleeper.
   * A replica that was declared dead, and does not know it yet, takes nothing: nobody would find it dead again.
   */
  acquire: `
    WITH me AS (SELECT id FROM replica WHERE id = $2 FOR KEY SHARE)
    UPDATE run r SET owner = me.id, epoch = epoch + 1, wake_at = NULL
    FROM me, unnest($1::uuid[]) AS w(id)
    WHERE r.id = w.id AND owner IS NULL AND finished_at IS NULL
      AND (wake_at IS NULL OR wake_at <= clock_timestamp() OR EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id))
    RETURNING r.id, owner, workflow_id, version, status, trigger, epoch, seq, suspect, crashes, lost_owner, trace_id, span_id, traceparent,
      EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id) AS signalled,
      ARRAY(SELECT key FROM run_slot s WHERE s.run_id = r.id) AS slots,
      EXISTS (SELECT FROM run_slot s WHERE s.run_id = r.id AND NOT s.holds) AS waits`,

  /**
   * The one way to give a run back. A signal is written to the inbox together with a wake job: either this statement
   * sees the row and refuses, or the job comes after it and finds the run free. It raises the epoch, for its answer may be
   * lost: whoever then believes that the run is still his can write no more. The instant is reckoned from the server's
   * clock, which alone says when it has come: by a hub's clock that is behind, a run could be woken and given back in a loop.
   * A run that waits for its place is woken
   * by whoever makes room, or by a signal.
   */
  release: `
    UPDATE run r SET owner = NULL, epoch = r.epoch + 1,
      wake_at = CASE WHEN w.ms = 'Infinity' OR EXISTS (SELECT FROM run_slot s WHERE s.run_id = r.id AND NOT s.holds) THEN 'infinity'
        ELSE clock_timestamp() + w.ms * interval '1 ms' END
    FROM unnest($1::uuid[], $2::int[], $3::float8[]) AS w(id, epoch, ms)
    WHERE r.id = w.id AND r.epoch = w.epoch AND NOT EXISTS (SELECT FROM run_inbox i WHERE i.run_id = r.id)
    RETURNING r.id, r.wake_at`,

  markSolo: 'UPDATE run SET solo = true WHERE id = $1 AND epoch = $2 RETURNING id',

  log: 'SELECT run_id, seq, type, data, at FROM run_event WHERE run_id = ANY($1::uuid[]) ORDER BY run_id, seq',

  inbox: 'SELECT run_id, id, kind, data, created_at FROM run_inbox WHERE run_id = ANY($1::uuid[]) ORDER BY id',

  releaseEverything: `
    UPDATE run SET owner = NULL, epoch = epoch + 1, solo = false, wake_at = NULL
    WHERE owner = $1 AND finished_at IS NULL RETURNING id`,

  owned: 'SELECT id, epoch FROM run WHERE owner = $1 AND finished_at IS NULL',

  giveBack: `
    UPDATE run r SET owner = NULL, epoch = r.epoch + 1, solo = false, wake_at = NULL
    FROM unnest($1::uuid[], $2::int[]) AS w(id, epoch)
    WHERE r.id = w.id AND r.epoch = w.epoch AND r.finished_at IS NULL
    RETURNING r.id`,

  /** Runs whose time has come, the longest due first: in the order of the index, and by a clock that stands, or it is not used. */
  due: `
    SELECT id FROM run WHERE owner IS NULL AND finished_at IS NULL AND wake_at <= now() ORDER BY owner, wake_at LIMIT $1`,

  /** Runs that a lost hint would forget. Fresh ones are left to their own hint, and to the waker. */
  runnable: `
    (SELECT id FROM run
      WHERE owner IS NULL AND finished_at IS NULL AND wake_at IS NULL AND created_at < clock_timestamp() - interval '2 s' LIMIT 1000)
    UNION
    (SELECT id FROM run WHERE owner IS NULL AND finished_at IS NULL AND wake_at <= now() - interval '2 s' LIMIT 1000)
    UNION
    (SELECT r.id FROM run_inbox i JOIN run r ON r.id = i.run_id
      WHERE r.owner IS NULL AND r.finished_at IS NULL AND i.created_at < clock_timestamp() - interval '2 s' LIMIT 1000)`,

  /** Runs of this replica to which a signal was sent a while ago, and not read: its hint was lost, or came too early. */
  unread: `
    SELECT DISTINCT r.id FROM run_inbox i JOIN run r ON r.id = i.run_id
    WHERE r.owner = $1 AND r.finished_at IS NULL AND i.created_at < clock_timestamp() - interval '2 s' LIMIT 1000`,

  /**
   * Runs that are part of one that has ended, and go on all the same: they were started just when it ended. Not those that
   * have a request to end unread, or one that nobody can drive would be sent another with every sweep.
   */
  orphanedChildren: `
    SELECT c.id, p.status FROM run c JOIN run p ON p.id = c.parent_id
    WHERE c.parent_id IS NOT NULL AND c.finished_at IS NULL AND p.finished_at < clock_timestamp() - interval '2 s'
      AND NOT EXISTS (SELECT FROM run_inbox i WHERE i.run_id = c.id AND i.kind = 'RunCancelRequested') LIMIT 100`,

  /** Runs whose owner is not in the list of replicas any more: it wrote them while it was being declared dead. */
  orphans: `
    UPDATE run SET owner = NULL, lost_owner = owner, epoch = epoch + 1, suspect = true, solo = false, wake_at = NULL
    WHERE owner IS NOT NULL AND finished_at IS NULL AND created_at < clock_timestamp() - interval '2 s'
      AND (owner IN (SELECT id FROM replica)) IS NOT TRUE
    RETURNING id`,
} as const;
