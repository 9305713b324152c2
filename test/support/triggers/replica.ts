import { tmpdir } from 'node:os';
import { type DynamicModule, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule, loadConfig } from '../../../src/config/index.js';
import { type Database, DatabaseModule } from '../../../src/database/index.js';
import { Definitions } from '../../../src/definitions/index.js';
import { EventsModule } from '../../../src/events/index.js';
import { Secrets } from '../../../src/identity/index.js';
import { JobsModule, type JobsRole } from '../../../src/jobs/index.js';
import { EventWaits, RunStarter, type Signals } from '../../../src/runs/index.js';
import { TelemetryModule } from '../../../src/telemetry/index.js';
import { TriggersModule } from '../../../src/triggers/index.js';
import type { FakeDefinitions } from './fake-definitions.js';
import type { FakeStarter } from './fake-starter.js';

@Module({})
class Given {}

const given = (token: unknown, value: unknown): DynamicModule => ({
  module: Given,
  providers: [{ provide: token as never, useValue: value }],
  exports: [token as never],
});

/** No run of these tests waits for an event. */
const nobodyWaits = { wake: async () => undefined } as unknown as Signals;

/** The rooms up to the triggers on a real database, with fakes of the two ports beside them: one of several hubs. */
export async function startReplica(
  database: Database,
  definitions: FakeDefinitions,
  starter: FakeStarter,
  role: JobsRole = 'all',
): Promise<TestingModule> {
  const config = ConfigModule.with(loadConfig({}, tmpdir()));
  const telemetry = TelemetryModule.with(true, config);
  const databases = DatabaseModule.with(database, telemetry);
  const jobs = JobsModule.with(role, databases, config);
  const events = EventsModule.with(databases, jobs);
  const triggers = TriggersModule.with(
    telemetry,
    databases,
    jobs,
    events,
    given(Definitions, definitions),
    given(RunStarter, starter),
    given(EventWaits, new EventWaits(database, definitions as unknown as Definitions, nobodyWaits)),
    given(Secrets, new Secrets({ secrets: [] }, () => undefined)),
  );
  const replica = await Test.createTestingModule({ imports: [triggers, events] }).compile();
  replica.useLogger(false);
  return replica.init();
}
