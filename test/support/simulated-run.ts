import { decided } from '../../src/runs/sessions/decided.js';
import { advance, outstanding } from '../../src/workflow/advance.js';
import type { Command, RunEvent } from '../../src/workflow/events.js';
import { foldRun, hasEnded, isSettled } from '../../src/workflow/fold.js';
import { leaves, placeOf, planStep, stateAt } from '../../src/workflow/paths.js';
import type { Plan } from '../../src/workflow/plan.js';
import type { Run, StepState } from '../../src/workflow/run.js';
import { type Outcome, settle } from '../../src/workflow/settle.js';
import { created, deepFreeze, say } from './plans.js';

/** How the attempt of a step ends. The same for the same attempt, however often it is driven. */
export type Script = (step: string, attempt: number) => Outcome;
/** Which of `count` possible next moves is made. */
export type Choose = (count: number) => number;

/** The engine's shell in small: carries commands out one move at a time, keeps a log, and holds every step against the invariants. */
export class SimulatedRun {
  run: Run;
  readonly log: RunEvent[] = [];
  /** Attempts that were started here, by step. */
  readonly #inFlight = new Map<string, number>();
  #todo: Command[] = [];
  #clock: number;

  private constructor(
    readonly plan: Plan,
    private readonly script: Script,
    log: readonly RunEvent[],
  ) {
    this.log.push(...log);
    this.run = deepFreeze(foldRun(plan, 'r', log));
    this.#clock = Math.max(...log.map(({ at }) => at));
  }

  static start(plan: Plan, script: Script, input?: unknown): SimulatedRun {
    const simulated = new SimulatedRun(plan, script, [created(input)]);
    simulated.apply({ type: 'RunStarted', at: 1 });
    return simulated;
  }

  /** What another replica finds: the log and nothing else. */
  static resume(plan: Plan, script: Script, log: readonly RunEvent[]): SimulatedRun {
    const stored = JSON.parse(JSON.stringify(log)) as RunEvent[];
    const simulated = new SimulatedRun(plan, script, stored);
    if (simulated.run.status === 'queued') simulated.apply({ type: 'RunStarted', at: simulated.#clock });
    else for (const command of outstanding(simulated.run)) simulated.#decide(command);
    return simulated;
  }

  get ended(): boolean {
    return hasEnded(this.run.status);
  }

  /** Until the run has ended. Throws when it does not get there. */
  drive(choose: Choose = () => 0): Run {
    for (let moves = 0; !this.ended; moves++) {
      if (moves > 50_000) throw new Error(`the run does not end: ${JSON.stringify(this.run.steps)}`);
      this.move(choose);
    }
    return this.run;
  }

  /** Carries out one command, ends one attempt or wait, or lets time pass until the next timer. */
  move(choose: Choose): void {
    const now = this.#todo.filter(({ type }) => !standing.has(type));
    const attempts = [...this.#inFlight];
    const waits = [...leaves(this.run)].filter(([, { wait }]) => wait !== undefined && wait.kind !== 'sleep');
    const timers = this.#todo.filter((command) => command.type === 'StartTimer').sort((a, b) => a.dueAt - b.dueAt);
    // Timeouts are the last thing to happen: how a run ends must not hang on the order of the moves.
    const timer =
      timers.find((one) => this.#isProgress(one)) ??
      (now.length + attempts.length + waits.length === 0 ? timers[0] : undefined);
    const moves: (() => void)[] = [
      ...now.map((command) => () => this.#carryOut(command)),
      ...attempts.map((attempt) => () => this.#end(...attempt)),
      ...waits.map(
        ([path]) =>
          () =>
            this.#endWait(path),
      ),
      ...(timer ? [() => this.#fire(timer)] : []),
    ];
    if (moves.length === 0) throw new Error(`nothing to do, and the run has not ended: ${this.run.status}`);
    this.#clock++;
    moves[choose(moves.length)]!();
  }

  /** A retry that is due, or the end of a sleep. */
  #isProgress({ timer }: Timed): boolean {
    return timer.kind === 'retry' || (timer.kind === 'wait' && stateAt(this.run, timer.step)?.wait?.kind === 'sleep');
  }

  #fire(command: Timed): void {
    this.#clock = Math.max(this.#clock, command.dueAt);
    this.#forget(command);
    this.apply({ type: 'TimerFired', at: this.#clock, timer: command.timer });
  }

  /** As the script says: the event comes, somebody decides, the other run ends. */
  #endWait(step: string): void {
    const at = this.#clock;
    const { wait } = stateAt(this.run, step)!;
    const outcome = this.script(step, 1);
    if (wait?.kind === 'event') this.apply({ type: 'EventReceived', at, step, event: { for: step } });
    else if (wait?.kind === 'approval')
      this.apply({ type: 'ApprovalDecided', at, step, decision: outcome.ok ? 'approve' : 'reject', by: 'ada' });
    else if (wait?.kind === 'workflow') {
      const ended = outcome.ok
        ? { status: 'succeeded' as const, output: outcome.output }
        : { status: 'failed' as const, error: outcome.failure };
      this.apply({ type: 'ChildEnded', at, step, child: wait.child, ...ended });
    }
  }

  apply(event: RunEvent): boolean {
    const before = this.run;
    const { run, commands } = advance(before, deepFreeze(event));
    // Watching a thousand steps at every one of their events is a million looks: every fiftieth is enough.
    const watched = (this.plan.steps.size < 100 && [...leaves(this.run)].length < 100) || this.log.length % 50 === 0;
    if (watched) check(run, commands, event);
    if (run === before) return false;
    this.run = watched ? deepFreeze(run) : run;
    this.log.push(event);
    for (const command of commands) this.#decide(command);
    return true;
  }

  #decide(command: Command): void {
    const event = decided(command, this.run, this.#clock, 1_000_000);
    if (event) this.apply(event);
    else this.#todo.push(command);
  }

  #carryOut(command: Command): void {
    this.#forget(command);
    const at = this.#clock;
    if (command.type === 'AbortStep') {
      this.#inFlight.delete(command.step);
      const { step, attempt, error } = command;
      this.apply({ type: 'StepFailed', at, step, attempt, error: { ...error, type: 'cancelled' } });
    } else if (command.type === 'StartChild') {
      this.apply({ type: 'ChildStarted', at, step: command.step, child: `${command.step} child` });
    } else if (command.type === 'InvokeAgent') {
      const { step, attempt } = command;
      const redriven = stateAt(this.run, step)!.status === 'running';
      if (!redriven && !this.apply({ type: 'StepStarted', at, step, attempt })) return;
      if (!redriven && this.#inFlight.has(step)) throw new Error(`two attempts of ${step} in flight`);
      if (this.#inFlight.has(step)) return; // commanded twice, it is carried out once
      this.#inFlight.set(step, attempt);
    }
  }

  #end(step: string, attempt: number): void {
    this.#inFlight.delete(step);
    this.apply(settle(this.run, step, attempt, this.script(step, attempt), this.#clock));
  }

  #forget(command: Command): void {
    this.#todo = this.#todo.filter((other) => other !== command);
  }
}

type Timed = Command & { readonly type: 'StartTimer' };

/** They stand while a step waits; what ends the wait is a move of its own. */
const standing: ReadonlySet<string> = new Set(['StartTimer', 'AwaitEvent', 'RequestApproval', 'ForgetEvent']);

/** What holds after every event, whatever came before. Throws a sentence when it does not. */
function check(run: Run, commands: readonly Command[], event: RunEvent): void {
  const open = (steps: Plan['steps']) => [...steps.keys()].filter((id) => !isSettled(run.steps[id]!)).length;
  const all = [...leaves(run)];
  const count = (of: string) => all.filter(([, { status }]) => status === of).length;
  must(run.unsettled === open(run.plan.steps), `unsettled is ${run.unsettled}`);
  must(run.unsettledFinally === open(run.plan.finally), `unsettledFinally is ${run.unsettledFinally}`);
  must(run.inFlight === count('running'), `inFlight is ${run.inFlight}`);
  must(run.retrying === count('retrying'), `retrying is ${run.retrying}`);
  must(run.waiting === count('waiting'), `waiting is ${run.waiting}`);
  must(
    (run.activeSince !== undefined) === run.inFlight > 0,
    'activeSince without a step in flight, or the other way round',
  );
  if (hasEnded(run.status)) {
    must(commands.length === 0 && outstanding(run).length === 0, 'a finished run commands something');
    must(run.unsettled + run.unsettledFinally === 0 && run.finishedAt !== undefined, 'a finished run is not whole');
    return;
  }
  for (const [path, step] of all) checkStep(run, path, step);
  const todo = outstanding(run);
  const keys = commands.length === 0 ? [] : todo.map((command) => JSON.stringify(command));
  must(new Set(todo.map(({ type, id }) => `${type} ${id}`)).size === todo.length, 'two commands with one id');
  for (const command of commands) {
    if (command.type === 'ForgetEvent') continue;
    must(keys.includes(JSON.stringify(command)), `A3: ${say(command)} is not in outstanding`);
  }
  const stuck =
    run.status !== 'queued' && !run.paused && run.inFlight + run.retrying + run.waiting === 0 && todo.every(({ type }) => type === 'StartTimer'); // prettier-ignore
  must(!stuck, `A4: nothing is in flight and nothing is to be done: ${JSON.stringify(run.steps)}`);
  if (event.type === 'CostReported') return; // adds up by its nature
  const again = advance(run, event);
  must(again.run === run && again.commands.length === 0, `A1: ${event.type} twice changes something`);
}

function checkStep(run: Run, path: string, step: StepState): void {
  const plan = planStep(run.plan, path)!;
  const begun = step.status !== 'pending' && step.status !== 'cancelled' && step.status !== 'skipped';
  must(
    !begun || plan.needs.every((need) => isSettled(run.steps[need]!)),
    `${path} began before its needs were settled`,
  );
  must(!begun || !run.plan.finally.has(placeOf(path).id) || run.unsettled === 0, `${path} began too early`);
  const most = plan.kind === 'agent' ? plan.retry.attempts : 1;
  must(step.attempt <= most, `${path} is at attempt ${step.attempt} of ${most}`);
  const { items } = run.steps[placeOf(path).id]!;
  const active = items?.filter(({ status }) => ['running', 'retrying', 'waiting'].includes(status)).length ?? 0;
  must(active <= (plan.forEach?.concurrency ?? 0), `${active} items of ${path} are in progress`);
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
