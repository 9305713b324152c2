import {
  Injectable,
  Logger,
  type OnModuleInit,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Definitions } from '../definitions/index.js';
import { CcError, messageOf } from '../errors/index.js';
import { Jobs } from '../jobs/index.js';
import type { RunFacts } from '../telemetry/index.js';
import { foldRun, type Run, type RunEvent, type TriggerKind } from '../workflow/index.js';
import { driveTask, type LeasedRow, Leases } from './leases/leases.js';
import type { Signal } from './sessions/session-host.js';
import { Sessions } from './sessions/sessions.js';
import { parentSpanOf } from './sessions/telling.js';

/** A run this replica has just become the owner of, folded, and the events that go on from there. */
interface Ready {
  readonly row: LeasedRow;
  readonly run: Run;
  /** Of its log. */
  readonly bytes: number;
  readonly facts: RunFacts;
  readonly events: readonly RunEvent[];
  readonly signals: readonly Signal[];
}

/** Takes runs that nobody drives: the handler of the job "drive run X". */
@Injectable()
export class Driver implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #log = new Logger('Driver');

  constructor(
    private readonly jobs: Jobs,
    private readonly leases: Leases,
    private readonly sessions: Sessions,
    private readonly definitions: Definitions,
  ) {}

  onModuleInit(): void {
    this.jobs.register(driveTask, (payload) => this.drive((payload as { run: string }).run));
  }

  onModuleDestroy(): void {
    this.sessions.beginDrain();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.sessions.drain();
    await this.leases
      .releaseEverything()
      .catch((thrown: unknown) => this.#log.warn(`runs not given back: ${messageOf(thrown)}`));
  }

  /** Never throws. A run that has a living owner, has ended, or is not due yet is left alone. */
  async drive(id: string): Promise<void> {
    const here = this.sessions.get(id);
    if (here) {
      here.knock();
      return this.sessions.readInbox(id); // the NOTIFY may have met a connection that is dead and does not know it
    }
    if (!(await this.sessions.reserve())) return;
    const ready = await this.#acquire(id);
    if (ready === undefined) return this.sessions.unreserve();
    this.sessions.open(ready.run, { ...ready.row, bytes: ready.bytes }, ready.facts, ready.events, ready.signals);
    await this.sessions.readInbox(id); // of signals that came since then, for which nobody was here
  }

  async #acquire(id: string): Promise<Ready | undefined> {
    let row: LeasedRow | undefined;
    try {
      row = await this.leases.acquire(id);
      const ready = row && (await this.#fold(row));
      // Declared dead meanwhile: another replica has it, and the steps would start on both.
      return ready && this.leases.isOurs(ready.row) ? ready : undefined;
    } catch (thrown) {
      this.#log.warn(`run ${id} cannot be driven now: ${messageOf(thrown)}`);
      // A broken connection is soon another one; a version that nobody can read stays so for longer.
      const passing = thrown instanceof CcError && thrown.code === 'CC_DATABASE_UNAVAILABLE';
      // Owned but not driven. Where this fails or is refused, the sweeper finds it as a stray.
      if (row) await this.leases.release(id, row.epoch, Date.now() + (passing ? 1_000 : 30_000)).catch(() => undefined);
      return undefined;
    }
  }

  async #fold(row: LeasedRow): Promise<Ready> {
    const [plan, log, signals] = await Promise.all([
      this.definitions.version(row.workflow_id, row.version),
      this.leases.log(row.id),
      row.signalled ? this.leases.inbox(row.id) : [],
    ]);
    const run = foldRun(plan, row.id, log.events);
    const at = Date.now();
    const events: RunEvent[] = [];
    if (row.lost_owner !== null) events.push({ type: 'RunTakenOver', at, from: row.lost_owner, epoch: row.epoch });
    if (run.status === 'queued' && !row.waits) events.push({ type: 'RunStarted', at });
    const trigger = row.trigger as TriggerKind;
    const facts = {
      runId: row.id,
      workflow: plan.id,
      name: plan.name,
      version: plan.version,
      trigger,
      traceId: row.trace_id,
      spanId: row.span_id,
      parent: parentSpanOf(run.trigger),
      traceparent: row.traceparent ?? undefined,
    };
    return { row, run, bytes: log.bytes, facts, events, signals };
  }
}
