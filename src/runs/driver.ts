import { Injectable, Logger, type OnModuleInit, type BeforeApplicationShutdown, type OnModuleDestroy, Inject } from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { Definitions } from '../definitions/index.js';
import { messageOf } from '../errors/index.js';
import { Jobs } from '../jobs/index.js';
import { foldRun, type RunEvent, type TriggerKind } from '../workflow/index.js';
import { driveTask, type LeasedRow, Leases } from './leases/leases.js';
import { Sessions } from './sessions/sessions.js';

/** Takes runs that nobody drives: the handler of the job "drive run X". */
@Injectable()
export class Driver implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #log = new Logger('Driver');

  constructor(
    private readonly jobs: Jobs,
    private readonly leases: Leases,
    private readonly sessions: Sessions,
    private readonly definitions: Definitions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.jobs.register(driveTask, (payload) => this.drive((payload as { run: string }).run));
  }

  onModuleDestroy(): void {
    this.sessions.beginDrain();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sessions.drain(this.config.engine.graceMs);
    await this.leases.releaseEverything().catch((thrown: unknown) => this.#log.warn(`runs not given back: ${messageOf(thrown)}`));
  }

  /** Never throws. A run that has a living owner, has ended, or is not due yet is left alone. */
  async drive(id: string): Promise<void> {
    if (this.sessions.get(id)) return;
    if (!(await this.sessions.reserve())) return;
    let row: LeasedRow | undefined;
    try {
      row = await this.leases.acquire(id);
      if (row === undefined) return this.sessions.unreserve();
      await this.#open(row);
    } catch (thrown) {
      this.sessions.unreserve();
      this.#log.warn(`run ${id} cannot be driven now: ${messageOf(thrown)}`);
      // Owned but not driven would be stuck as long as this replica lives.
      if (row) await this.leases.release(id, row.epoch, Date.now() + 30_000).catch(() => undefined);
    }
  }

  async #open(row: LeasedRow): Promise<void> {
    const [plan, log] = await Promise.all([
      this.definitions.version(row.workflow_id, row.version),
      this.leases.log(row.id),
    ]);
    const run = foldRun(plan, row.id, log);
    const at = Date.now();
    const events: RunEvent[] = [];
    if (row.lost_owner !== null) events.push({ type: 'RunTakenOver', at, from: row.lost_owner, epoch: row.epoch });
    if (run.status === 'queued') events.push({ type: 'RunStarted', at });
    const trigger = row.trigger as TriggerKind;
    const facts = { runId: row.id, workflow: plan.id, version: plan.version, trigger, traceId: row.trace_id, spanId: row.span_id };
    this.sessions.open(run, row, facts, events);
    await this.sessions.readInbox(row.id);
  }
}
