import type { MigrationInterface, QueryRunner } from 'typeorm';
import { lz4Clause } from './compression.js';

/**
 * Runs, their log and what drives them. `run`, `run_event` and `run_log` are partitioned by the time inside the UUIDv7
 * of the run, so that old runs go by dropping a partition. Payloads are text with lz4: jsonb costs half the throughput
 * and four times the CPU.
 */
export class Runs1700000000002 implements MigrationInterface {
  name = 'Runs1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    const lz4 = await lz4Clause(runner);
    await runner.query(`
      CREATE TABLE run (
        id uuid NOT NULL PRIMARY KEY,
        workflow_id text NOT NULL,
        version text NOT NULL,
        status text NOT NULL,
        trigger text NOT NULL,
        epoch integer NOT NULL,
        owner uuid,
        lost_owner uuid,
        seq integer NOT NULL,
        wake_at timestamptz,
        suspect boolean NOT NULL DEFAULT false,
        solo boolean NOT NULL DEFAULT false,
        crashes integer NOT NULL DEFAULT 0,
        error text ${lz4},
        cost_usd double precision NOT NULL DEFAULT 0,
        active_ms double precision NOT NULL DEFAULT 0,
        trace_id text NOT NULL,
        span_id text NOT NULL,
        traceparent text,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz
      ) PARTITION BY RANGE (id);
      -- One index serves "runs of an owner" and "runs nobody owns"; it holds open runs only.
      CREATE INDEX run_open ON run (owner, wake_at) WHERE finished_at IS NULL;
      CREATE INDEX run_by_workflow ON run (workflow_id, id);
      CREATE INDEX run_unsuccessful ON run (status, id) WHERE status IN ('failed', 'cancelled');

      CREATE TABLE run_event (
        run_id uuid NOT NULL,
        seq integer NOT NULL,
        type text NOT NULL,
        data text ${lz4} NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (run_id, seq)
      ) PARTITION BY RANGE (run_id);

      CREATE SEQUENCE run_log_seq;
      CREATE TABLE run_log (
        run_id uuid NOT NULL,
        seq bigint NOT NULL DEFAULT nextval('run_log_seq'),
        at timestamptz NOT NULL,
        level text NOT NULL,
        step text NOT NULL,
        attempt integer NOT NULL,
        message text ${lz4} NOT NULL,
        fields text ${lz4},
        PRIMARY KEY (run_id, seq)
      ) PARTITION BY RANGE (run_id);

      CREATE TABLE run_inbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        run_id uuid NOT NULL,
        kind text NOT NULL,
        data text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX run_inbox_by_run ON run_inbox (run_id);

      CREATE TABLE trigger_dedupe (
        kind text NOT NULL,
        workflow_id text NOT NULL,
        key text NOT NULL,
        run_id uuid NOT NULL,
        fingerprint text,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (kind, workflow_id, key)
      );

      CREATE TABLE replica (
        id uuid PRIMARY KEY,
        lock_key bigint NOT NULL,
        host text NOT NULL,
        pid integer NOT NULL,
        role text NOT NULL,
        job_pools text[] NOT NULL DEFAULT '{}',
        started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        heartbeat_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );

      -- The smallest UUIDv7 of an instant (RFC 9562, 5.7: 48 bits of milliseconds first).
      CREATE FUNCTION uuid_floor(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE STRICT AS
        $$ SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

      -- Makes the weekly partitions up to now + ahead. A new one is made apart and attached, which does not block writers.
      -- Where the default holds rows of a week already, that week stays there, and the later ones are made all the same.
      CREATE FUNCTION make_run_partitions(ahead interval) RETURNS integer LANGUAGE plpgsql AS $$
      DECLARE
        parent text; week timestamptz; part text; made integer := 0;
      BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('make_run_partitions'));
        FOR week IN SELECT generate_series(date_trunc('week', now(), 'UTC'), now() + ahead, interval '7 days') LOOP
          FOREACH parent IN ARRAY ARRAY['run', 'run_event', 'run_log'] LOOP
            part := parent || '_' || to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD');
            CONTINUE WHEN to_regclass(part) IS NOT NULL;
            BEGIN
              EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', part, parent);
              IF parent = 'run' THEN EXECUTE format('ALTER TABLE %I SET (fillfactor = 70)', part); END IF;
              EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part,
                uuid_floor(week), uuid_floor(week + interval '7 days'));
              made := made + 1;
            EXCEPTION WHEN check_violation THEN
              RAISE WARNING 'partition % is not made: the default of % holds rows of that week', part, parent;
            END;
          END LOOP;
        END LOOP;
        RETURN made;
      END $$;

      -- Catch what no other partition takes: work goes on when making partitions failed. A gauge watches that they stay empty.
      CREATE TABLE run_default PARTITION OF run DEFAULT;
      CREATE TABLE run_event_default PARTITION OF run_event DEFAULT;
      CREATE TABLE run_log_default PARTITION OF run_log DEFAULT;
      SELECT make_run_partitions(interval '21 days');
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
