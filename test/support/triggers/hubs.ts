import type { TestingModule } from '@nestjs/testing';
import type { Database } from '../../../src/database/index.js';
import type { JobsRole } from '../../../src/jobs/index.js';
import { testDatabase } from '../database.js';
import { FakeDefinitions } from './fake-definitions.js';
import { FakeStarter } from './fake-starter.js';
import { startReplica } from './replica.js';

/** Hubs of one test on one database: what they start, and from which workflows. */
export class Hubs {
  #starter: FakeStarter;
  #running: TestingModule[] = [];
  /** Of hubs that start from now on. */
  definitions = new FakeDefinitions();

  private constructor(readonly database: Database) {
    this.#starter = new FakeStarter(database);
  }

  static async open(): Promise<Hubs> {
    return new Hubs(await testDatabase({ poolSize: 20 }));
  }

  /** Before a test: no events, no jobs, and nothing started. */
  async begin(...on: ConstructorParameters<typeof FakeDefinitions>): Promise<FakeStarter> {
    await this.database.pool.query(
      'TRUNCATE event, event_burst, trigger_dedupe; DELETE FROM graphile_worker._private_jobs',
    );
    this.definitions = new FakeDefinitions(...on);
    return (this.#starter = new FakeStarter(this.database));
  }

  async start(role?: JobsRole): Promise<TestingModule> {
    const hub = await startReplica(this.database, this.definitions, this.#starter, role);
    this.#running.push(hub);
    return hub;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((hub) => hub.close()));
  }

  close(): Promise<void> {
    return this.database.close();
  }
}
