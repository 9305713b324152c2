import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * People, groups of them, what they changed. A token may belong to a user and goes with them. `identity_version` counts
 * changes of any of it: a replica that sees another number forgets what it knew about callers and stored secrets.
 */
export class Users1700000000016 implements MigrationInterface {
  name = 'Users1700000000016';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE hub_user (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        display_name text,
        role text NOT NULL CONSTRAINT hub_user_role_check CHECK (role IN ('viewer', 'operator', 'admin')),
        approver boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        disabled_at timestamptz
      );
      CREATE TABLE hub_group (
        id uuid PRIMARY KEY,
        name text NOT NULL UNIQUE,
        description text,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE hub_group_member (
        group_id uuid NOT NULL CONSTRAINT hub_group_member_group_fk REFERENCES hub_group (id) ON DELETE CASCADE,
        user_id uuid NOT NULL CONSTRAINT hub_group_member_user_fk REFERENCES hub_user (id) ON DELETE CASCADE,
        PRIMARY KEY (group_id, user_id)
      );
      CREATE INDEX hub_group_member_user_idx ON hub_group_member (user_id);
      ALTER TABLE token
        ADD user_id uuid CONSTRAINT token_user_fk REFERENCES hub_user (id) ON DELETE CASCADE,
        ADD rate_per_minute integer;
      CREATE INDEX token_user_idx ON token (user_id);
      CREATE TABLE identity_version (
        id integer PRIMARY KEY,
        version bigint NOT NULL
      );
      INSERT INTO identity_version (id, version) VALUES (1, 0);
      CREATE TABLE audit_entry (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        actor_kind text NOT NULL,
        actor text NOT NULL,
        token_id uuid,
        action text NOT NULL,
        target_kind text NOT NULL,
        target text NOT NULL,
        request_id text,
        trace_id text,
        details text
      );
      CREATE INDEX audit_entry_at_idx ON audit_entry (at);
      CREATE INDEX audit_entry_actor_idx ON audit_entry (actor, seq);
      CREATE INDEX audit_entry_target_idx ON audit_entry (target, seq);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only: restore a backup to go back');
  }
}
