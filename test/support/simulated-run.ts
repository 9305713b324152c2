import { advance, outstanding } from '../../src/workflow/advance.js';
import type { Command, RunEvent } from '../../src/workflow/events.js';
import { foldRun, hasEnded, isSettled } from '../../src/workflow/fold.js';
import type { Plan } from '../../src/workflow/plan.js';
import type { Run } from '../../src/workflow/run.js';
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

  /** Carries out one command, ends one attempt, or lets time pass until the next timer. */
  move(choose: Choose): void {
    const now = this.#todo.filter(({ type }) => type !== 'StartTimer');
    const attempts = [...this.#inFlight];
    const timers = this.#todo.filter((command) => command.type === 'StartTimer').sort((a, b) => a.dueAt - b.dueAt);
    // The run's timeout is the last thing to happen: how a run ends must not hang on the order of the moves.
    const timer =
      timers.find((one) => one.timer.kind === 'retry') ?? (now.length + attempts.length === 0 ? timers[0] : undefined);
    const moves = now.length + attempts.length + (timer ? 1 : 0);
    if (moves === 0) throw new Error(`nothing to do, and the run has not ended: ${this.run.status}`);
    const chosen = choose(moves);
    this.#clock++;
    if (chosen < now.length) return this.#carryOut(now[chosen]!);
    if (chosen < now.length + attempts.length) return this.#end(...attempts[chosen - now.length]!);
    this.#clock = Math.max(this.#clock, timer!.dueAt);
    this.#forget(timer!);
    this.apply({ type: 'TimerFired', at: this.#clock, timer: timer!.timer });
  }

  apply(event: RunEvent): boolean {
    const before = this.run;
    const { run, commands } = advance(before, deepFreeze(event));
    // Watching a thousand steps at every one of their events is a million looks: every fiftieth is enough.
    const watched = this.plan.steps.size < 100 || this.log.length % 50 === 0;
    if (watched) check(run, commands, event);
    if (run === before) return false;
    this.run = watched ? deepFreeze(run) : run;
    this.log.push(event);
    for (const command of commands) this.#decide(command);
    return true;
  }

  #decide(command: Command): void {
    const at = this.#clock;
    if (command.type === 'SkipStep')
      this.apply({ type: 'StepSkipped', at, step: command.step, reason: command.reason });
    else if (command.type === 'FailStep') {
      const { attempt } = this.run.steps[command.step]!;
      this.apply({ type: 'StepFailed', at, step: command.step, attempt, error: command.error });
    } else if (command.type === 'FinishRun') this.apply(ending(command, at));
    else this.#todo.push(command);
  }

  #carryOut(command: Command): void {
    this.#forget(command);
    if (command.type === 'AbortStep') {
      this.#inFlight.delete(command.step);
      const { step, attempt, error } = command;
      this.apply({ type: 'StepFailed', at: this.#clock, step, attempt, error: { ...error, type: 'cancelled' } });
    } else if (command.type === 'InvokeAgent') {
      const { step, attempt } = command;
      const redriven = this.run.steps[step]!.status === 'running';
      if (!redriven && !this.apply({ type: 'StepStarted', at: this.#clock, step, attempt })) return;
      if (this.#inFlight.has(step)) throw new Error(`two attempts of ${step} in flight`);
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

function ending(command: Command & { type: 'FinishRun' }, at: number): RunEvent {
  if (command.status === 'succeeded') return { type: 'RunSucceeded', at, output: command.output };
  return { type: command.status === 'failed' ? 'RunFailed' : 'RunCancelled', at, error: command.error };
}

/** What holds after every event, whatever came before. Throws a sentence when it does not. */
function check(run: Run, commands: readonly Command[], event: RunEvent): void {
  const steps = Object.entries(run.steps);
  const count = (of: (status: string) => boolean) => steps.filter(([, { status }]) => of(status)).length;
  const settled = steps.filter(([, step]) => isSettled(step)).length;
  must(run.unsettled === steps.length - settled, `unsettled is ${run.unsettled} of ${steps.length - settled}`);
  must(run.inFlight === count((status) => status === 'running'), `inFlight is ${run.inFlight}`);
  must(run.retrying === count((status) => status === 'retrying'), `retrying is ${run.retrying}`);
  must(
    (run.activeSince !== undefined) === run.inFlight > 0,
    'activeSince without a step in flight, or the other way round',
  );
  if (hasEnded(run.status)) {
    must(commands.length === 0 && outstanding(run).length === 0, 'a finished run commands something');
    must(run.unsettled === 0 && run.finishedAt !== undefined, 'a finished run is not whole');
    return;
  }
  for (const [id, step] of steps) {
    const { needs, retry } = run.plan.steps.get(id)!;
    const begun = step.status !== 'pending' && step.status !== 'cancelled';
    must(!begun || needs.every((need) => isSettled(run.steps[need]!)), `${id} began before its needs were settled`);
    must(step.attempt <= retry.attempts, `${id} is at attempt ${step.attempt} of ${retry.attempts}`);
  }
  const todo = outstanding(run);
  const keys = commands.length === 0 ? [] : todo.map((command) => JSON.stringify(command));
  must(new Set(todo.map(({ type, id }) => `${type} ${id}`)).size === todo.length, 'two commands with one id');
  for (const command of commands) {
    must(keys.includes(JSON.stringify(command)), `A3: ${say(command)} is not in outstanding`);
  }
  const stuck =
    run.status !== 'queued' && run.inFlight + run.retrying === 0 && todo.every(({ type }) => type === 'StartTimer');
  must(!stuck, `A4: nothing is in flight and nothing is to be done: ${JSON.stringify(run.steps)}`);
  if (event.type === 'CostReported') return; // adds up by its nature
  const again = advance(run, event);
  must(again.run === run && again.commands.length === 0, `A1: ${event.type} twice changes something`);
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
