import { fromRow } from '../../src/runs/journal/event-rows.js';
import type { RunWrite } from '../../src/runs/journal/run-write.js';
import type { Attempt, AttemptOutcome } from '../../src/runs/sessions/attempt.js';
import { Session } from '../../src/runs/sessions/session.js';
import type { ChildStart, Lease, SessionHost, SessionOutside, Signal } from '../../src/runs/sessions/session-host.js';
import { SoloGate } from '../../src/runs/sessions/solo-gate.js';
import { type AttemptTelemetry, EngineTelemetry, type RunTelemetry } from '../../src/telemetry/index.js';
import { type Failure, foldRun, type Plan, type RunEvent } from '../../src/workflow/index.js';
import { created } from './plans.js';

interface Call {
  readonly step: string;
  readonly attempt: number;
  readonly aborted: Failure[];
  end(outcome: AttemptOutcome): Promise<void>;
}

/** What a session needs of a replica, in memory: nothing is durable before `flush()`, no step ends before `end(...)`. */
export class FakeSessionHost implements SessionHost<Session> {
  gate = new SoloGate();
  readonly limits = { maxEvents: 10_000, maxRunBytes: 1_000_000, maxOutputBytes: 1000, holdTimersMs: 50 };
  readonly telemetry = new RecordingTelemetry();
  draining = false;
  readonly calls: Call[] = [];
  readonly rests: (number | undefined)[] = [];
  readonly marks: string[] = [];
  readonly writes: RunWrite[] = [];
  closings = 0;
  markAnswer: () => Promise<boolean> = async () => true;
  readonly #queue = new Set<Session>();
  readonly #lazy = new Set<Session>();

  /** What was asked outside, in words; `refuse` says how often an errand fails before it succeeds. */
  readonly errands: string[] = [];
  readonly inboxReads: string[] = [];
  refuse = 0;
  /** What `closeApproval` answers: nobody had decided. */
  undecided = true;
  childStart: ChildStart = { ok: true, id: 'child' };
  readonly outside: SessionOutside = {
    awaitEvent: (_run, step) => this.#errand(`await ${step}`),
    forgetEvent: (_run, step) => this.#errand(`forget ${step}`),
    requestApproval: (_run, step) => this.#errand(`request ${step}`),
    closeApproval: (_run, step, _facts, as) => this.#errand(`close ${step} as ${as}`).then(() => this.undecided),
    startChild: (_run, _facts, { step, workflow }) =>
      this.#errand(`start ${workflow} for ${step}`).then(() => this.childStart),
    cancelChild: (run, child) =>
      this.#errand(`cancel ${child}${run.ending?.final === true ? ' by force' : ''}`).then(() => false),
  };

  async #errand(what: string): Promise<void> {
    this.errands.push(what);
    if (this.refuse-- > 0) throw new Error('the database is away');
  }

  async readInbox(id: string): Promise<void> {
    this.inboxReads.push(id);
  }

  /** A session on the plan whose log so far is `log`, after RunCreated. */
  open(
    plan: Plan,
    log: readonly RunEvent[],
    fresh: readonly RunEvent[] = [],
    lease: Partial<Lease> = {},
    convictAfter = 3,
    signals: readonly Signal[] = [],
    more: Pick<RunEvent & { type: 'RunCreated' }, 'kept'> = {},
  ): Session {
    const run = foldRun(plan, 'r', [{ ...created({}), ...more }, ...log]);
    const facts = {
      runId: 'r',
      workflow: 'flow',
      name: 'Flow',
      version: 'v1',
      trigger: 'manual',
      traceId: '1',
      spanId: '2',
    };
    const session = new Session(
      run,
      { epoch: 1, seq: log.length + 1, bytes: 0, crashes: 0, suspect: false, ...lease },
      facts,
      this,
    );
    session.resume(fresh, convictAfter, signals);
    return session;
  }

  /** Off: as in a process that was stopped for a while and does not know yet what happened meanwhile. */
  certain = true;
  readonly #uncertain: (() => void)[] = [];

  whenCertain(go: () => void): void {
    if (this.certain) go();
    else this.#uncertain.push(go);
  }

  becomeCertain(): void {
    this.certain = true;
    this.#uncertain.splice(0).forEach((go) => go());
  }

  append(session: Session): void {
    this.#queue.add(session);
  }

  appendLazily(session: Session): void {
    this.#lazy.add(session);
  }

  invoke(
    _session: Session,
    step: string,
    attempt: number,
    telemetry: AttemptTelemetry,
  ): ReturnType<SessionHost<Session>['invoke']> {
    const aborted: Failure[] = [];
    let resolve: (outcome: AttemptOutcome) => void = () => undefined;
    const outcome = new Promise<AttemptOutcome>((done) => (resolve = done));
    this.calls.push({
      step,
      attempt,
      aborted,
      end: async (how) => {
        resolve(how);
        await settled();
      },
    });
    const abort = (failure: Failure) => void aborted.push(failure);
    const { traceparent } = telemetry;
    const inFlight = {
      step,
      attempt,
      abort,
      telemetry,
      traceparent,
      idempotencyKey: `r/${step}`,
      agent: 'test',
      action: 'do',
    };
    return { attempt: inFlight as unknown as Attempt, outcome };
  }

  tell(facts: readonly (() => void)[]): void {
    for (const fact of facts) fact();
  }

  markSolo(session: Session): Promise<boolean> {
    this.marks.push(session.id);
    return this.markAnswer();
  }

  rest(_session: Session, wakeAt: number | undefined): void {
    this.rests.push(wakeAt);
  }

  closed(): void {
    this.closings++;
  }

  /** The call in flight of a step, the newest. */
  call(step: string): Call {
    const call = this.calls.findLast((one) => one.step === step);
    if (call === undefined) throw new Error(`${step} was not invoked; invoked are: ${this.invoked.join(', ')}`);
    return call;
  }

  get invoked(): string[] {
    return this.calls.map(({ step, attempt }) => `${step} ${attempt}`);
  }

  /** Takes what is to be written; the answer comes with the function it returns. */
  take(): () => Promise<void> {
    const batch = [...this.#queue, ...this.#lazy];
    this.#queue.clear();
    this.#lazy.clear();
    const taken = batch.filter((session) => {
      const write = session.take();
      if (write) this.writes.push(write);
      return write !== undefined;
    });
    return async () => {
      taken.forEach((session) => session.written());
      await settled();
    };
  }

  get waiting(): boolean {
    return this.#queue.size + this.#lazy.size > 0;
  }

  async flush(): Promise<void> {
    await this.take()();
  }

  /** Until nothing is left to be written. */
  async flushAll(): Promise<void> {
    while (this.waiting) await this.flush();
  }

  /** Events written so far, as a replica would read them. */
  get written(): RunEvent[] {
    return this.writes.flatMap(({ events }) =>
      events.flatMap((row) => fromRow({ ...row, at: new Date(row.at) })).map(({ event }) => event),
    );
  }

  get types(): string[] {
    return this.written.map((event) => ('step' in event ? `${event.type} ${event.step}` : event.type));
  }
}

class RecordingTelemetry extends EngineTelemetry {
  readonly told: string[] = [];

  follow(): RunTelemetry {
    const tell = (what: string) => void this.told.push(what);
    return {
      root: { traceId: '1', spanId: '2', sampled: true },
      started: () => tell('run started'),
      attempt: ({ step, attempt }) => ({
        traceparent: '00-1-2-01',
        within: (work) => work(),
        ended: (status) => tell(`${step} ${attempt} ${status}`),
        left: () => tell(`${step} ${attempt} left`),
      }),
      retryScheduled: ({ step }) => tell(`${step} retries`),
      waited: (step, timer) => tell(`${step} waited for ${timer}`),
      decided: (step, decision) => tell(`${step} ${decision}`),
      costReported: (usd, kind) => tell(`cost ${usd} ${kind}`),
      takenOver: () => tell('taken over'),
      attemptLost: ({ step, attempt }, type) => tell(`${step} ${attempt} lost: ${type}`),
      ended: ({ status }) => tell(`run ${status}`),
      within: (work) => work(),
    };
  }

  knowWorkflows(): void {}
  knowAgent(): void {}
}

/** Lets promises that are due run. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

export const done = (output: unknown = null): AttemptOutcome => ({
  ok: true,
  output,
  text: JSON.stringify(output),
  emitted: [],
});
export const failed = (failure: Failure): AttemptOutcome => ({ ok: false, failure });
