import type { MigrationInterface } from 'typeorm';
import { Events1700000000004 } from './0004-events.js';
import { Schedules1700000000005 } from './0005-schedules.js';

/** Every migration, oldest first, by import. Forward only; never edited after it was merged. */
export const migrations: (new () => MigrationInterface)[] = [
  Events1700000000004,
  Schedules1700000000005,
];
