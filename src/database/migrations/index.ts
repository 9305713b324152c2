import type { MigrationInterface } from 'typeorm';
import { Runs1700000000002 } from './0002-runs.js';
import { Definitions1700000000003 } from './0003-definitions.js';
import { Events1700000000004 } from './0004-events.js';
import { Schedules1700000000005 } from './0005-schedules.js';
import { Tokens1700000000006 } from './0006-tokens.js';
import { Sessions1700000000007 } from './0007-sessions.js';
import { Plugins1700000000008 } from './0008-plugins.js';
import { Alerts1700000000009 } from './0009-alerts.js';
import { AlertTargets1700000000010 } from './0010-alert-targets.js';
import { Waits1700000000011 } from './0011-waits.js';
import { BinaryEvents1700000000012 } from './0012-binary-events.js';
import { Slots1700000000013 } from './0013-slots.js';
import { CatchUpAndBursts1700000000014 } from './0014-catch-up-and-bursts.js';
import { DefinitionChanges1700000000015 } from './0015-definition-changes.js';
import { Users1700000000016 } from './0016-users.js';
import { Secrets1700000000017 } from './0017-secrets.js';
import { Retention1700000000018 } from './0018-retention.js';
import { Approvals1700000000019 } from './0019-approvals.js';
import { EventWaitOrder1700000000020 } from './0020-event-wait-order.js';

/** Every migration, oldest first, by import. Forward only; never edited after it was merged. */
export const migrations: (new () => MigrationInterface)[] = [
  Runs1700000000002,
  Definitions1700000000003,
  Events1700000000004,
  Schedules1700000000005,
  Tokens1700000000006,
  Sessions1700000000007,
  Plugins1700000000008,
  Alerts1700000000009,
  AlertTargets1700000000010,
  Waits1700000000011,
  BinaryEvents1700000000012,
  Slots1700000000013,
  CatchUpAndBursts1700000000014,
  DefinitionChanges1700000000015,
  Users1700000000016,
  Secrets1700000000017,
  Retention1700000000018,
  Approvals1700000000019,
  EventWaitOrder1700000000020,
];
