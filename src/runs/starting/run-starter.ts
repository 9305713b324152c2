import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { CONFIG, type Config } from '../../config/index.js';
import { Definitions } from '../../definitions/index.js';
import { CcError } from '../../errors/index.js';
import { type Plan, foldRun, type RunEvent } from '../../workflow/index.js';
import { Leases } from '../leases/leases.js';
import { Sessions } from '../sessions/sessions.js';
import { type SlotRequest, slotsOf } from '../slots/slot-request.js';
import { SlotStarts, startedAt } from './slot-starts.js';
import { parentSpanOf } from '../sessions/telling.js';
import { requireCurrent } from './only-current.js';
import type { StartedRun, StartRequest } from './start-request.js';
import { type NewRun, type StartResult, Starts } from './starts.js';

/** Keys longer than this are stored as their hash: a B-tree row must stay under a third of a page. */
const longestKey = 500;

/** Where all triggers end: makes the run durable, then drives it here or hands it to whoever has room. */
@Injectable()
export class RunStarter {
  constructor(
    private readonly definitions: Definitions,
    private readonly starts: Starts,
    private readonly slotted: SlotStarts,
    private readonly sessions: Sessions,
    private readonly leases: Leases,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Resolves when the run is in PostgreSQL. Throws CC_WORKFLOW_NOT_FOUND, CC_FORBIDDEN, CC_WORKFLOW_DISABLED,
   * CC_INPUT_INVALID, CC_IDEMPOTENCY_MISMATCH, CC_CONCURRENCY_FULL, CC_OVERLOADED, CC_SHUTTING_DOWN, CC_DATABASE_UNAVAILABLE.
   */
  async start(request: StartRequest): Promise<StartedRun> {
    this.#refuseWhenBusy();
    const { workflow, version } = request;
    const plan =
      version === undefined ? await this.definitions.get(workflow) : await this.definitions.version(workflow, version);
    if (version !== undefined && request.onlyCurrent === true) await requireCurrent(this.definitions, plan);
    if (!this.definitions.enabled(workflow)) {
      throw new CcError('CC_WORKFLOW_DISABLED', `workflow ${workflow} is disabled; enable it to start runs`);
    }
    const input = this.definitions.validateInput(plan, request.input);
    const slots = slotsOf(plan, input, request.trigger, request.slots);
    this.#refuseWhenBusy(); // again: others that asked in the same moment may be in the queue by now
    const start = newRun(request, plan, input, this.sessions.tryReserve());
    const result = await this.#write(start, slots).catch((thrown: unknown) => {
      this.#giveBack(start);
      throw thrown;
    });
    if (result.made && result.owned) this.#drive(startedAt(start, result.placedAt), slots);
    else this.#giveBack(start);
    if (!result.made) return duplicate(request, result);
    if (!result.owned && !result.waits) this.leases.hint([{ id: start.id }]).catch(() => undefined); // the sweeper finds it
    return {
      id: start.id,
      workflow: plan.id,
      version: plan.version,
      status: result.waits ? 'queued' : start.status,
      createdAt: new Date(start.events[0]!.at),
      duplicate: false,
    };
  }

  #write(start: NewRun, slots: readonly SlotRequest[]): Promise<StartResult> {
    return slots.length === 0 ? this.starts.add(start) : this.slotted.add({ ...start, slots });
  }

  /** The place in memory of a run that is not driven here. */
  #giveBack({ owned }: NewRun): void {
    if (owned) this.sessions.unreserve();
  }

  #drive(start: NewRun, slots: readonly SlotRequest[]): void {
    const { id, plan, trigger, events, traceId, spanId, traceparent } = start;
    const { id: workflow, name, version } = plan;
    const parent = parentSpanOf(trigger);
    const facts = { runId: id, workflow, name, version, trigger: trigger.kind, traceId, spanId, parent, traceparent }; // prettier-ignore
    const bytes = bytesOf(events);
    const lease = {
      epoch: 1,
      seq: events.length,
      bytes,
      crashes: 0,
      suspect: false,
      slots: slots.map(({ key }) => key),
    };
    this.sessions.open(foldRun(plan, id, events), lease, facts, []);
    // Who takes its place may have told it to end since it was written, when nobody here could hear it.
    if (slots.length > 0) void this.sessions.readInbox(id);
  }

  #refuseWhenBusy(): void {
    if (this.sessions.draining)
      throw new CcError('CC_SHUTTING_DOWN', 'this replica is shutting down; try again', { retryAfter: 1 });
    const { maxPendingStarts } = this.config.engine;
    if (this.starts.pending + this.slotted.pending < maxPendingStarts) return;
    throw new CcError('CC_OVERLOADED', `${maxPendingStarts} starts are waiting already; try again`, { retryAfter: 1 });
  }
}

function newRun(request: StartRequest, plan: Plan, input: unknown, owned: boolean): NewRun {
  const { trigger, dedupe, traceparent, kept } = request;
  const at = Date.now();
  const about = { workflow: plan.id, version: plan.version, input, trigger, ...(kept && { kept }) };
  const created: RunEvent = { type: 'RunCreated', at, ...about };
  const ids = randomBytes(24).toString('hex');
  return {
    id: uuidv7(),
    plan,
    trigger,
    owned,
    status: owned ? 'running' : 'queued',
    traceId: request.traceId ?? ids.slice(0, 32),
    spanId: ids.slice(32),
    traceparent,
    key:
      dedupe && (dedupe.key.length > longestKey ? createHash('sha256').update(dedupe.key).digest('hex') : dedupe.key),
    fingerprint: dedupe?.fingerprint,
    events: owned ? [created, { type: 'RunStarted', at }] : [created],
  };
}

function duplicate({ workflow, dedupe }: StartRequest, made: StartResult & { made: false }): StartedRun {
  const { id, fingerprint, status, version, createdAt } = made;
  if (dedupe?.fingerprint === undefined || fingerprint === dedupe.fingerprint) {
    return { id, workflow, version, status, createdAt, duplicate: true };
  }
  throw new CcError(
    'CC_IDEMPOTENCY_MISMATCH',
    `the key ${dedupe.key} started run ${id} with another request; use a new key, or send the same request`,
  );
}

/** Of the log. Only what a rerun keeps can be large: an input has the size of a request at most. */
function bytesOf(events: readonly RunEvent[]): number {
  const [created] = events;
  return created?.type === 'RunCreated' && created.kept !== undefined ? Buffer.byteLength(JSON.stringify(created.kept)) : 0; // prettier-ignore
}
