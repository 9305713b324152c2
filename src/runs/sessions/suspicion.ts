import { type Command, type Run, type RunEvent, stateAt } from '../../workflow/index.js';
import type { SoloGate } from './solo-gate.js';

type Invoke = Command & { readonly type: 'InvokeAgent' };
type Conviction = RunEvent & { readonly type: 'StepFailed' };

/**
 * Finds the step that kills its process. After a crash every step that may have been in flight is a suspect and is
 * driven again alone on its replica, noted durably before it starts. One that is alone in flight at `convictAfter`
 * consecutive crashes is convicted; a result, whatever it says, acquits.
 */
export class Suspicion {
  readonly #suspects = new Set<string>();
  /** Commands held back until the suspects before them are through. */
  #deferred: Command[] = [];
  #acquitted = false;
  #current: string | undefined;
  #state: 'none' | 'entering' | 'solo' = 'none';

  constructor(private readonly lease: { readonly suspect: boolean; readonly crashes: number }) {}

  /**
   * The event that convicts, when the crashes are enough. Suspects are driven one at a time in the order of
   * `suspectsFirst`, so the first is the one that was in flight.
   */
  begin(run: Run, commands: readonly Command[], convictAfter: number): Conviction | undefined {
    if (!this.lease.suspect) return undefined;
    const invokes = commands.filter((command) => command.type === 'InvokeAgent');
    const [first] = invokes;
    if (this.lease.crashes >= convictAfter && first) return convict(run, first, this.lease.crashes);
    for (const { step } of invokes) this.#suspects.add(step);
    return undefined;
  }

  /** Waiting for the gate or alone behind it. */
  get waiting(): boolean {
    return this.#state === 'entering';
  }

  columns(): { suspect: boolean; solo: boolean; acquitted: boolean } {
    const suspect = this.#suspects.size > 0;
    const acquitted = this.#acquitted;
    this.#acquitted = false;
    // Acquitted, it is not the one a crash from now on would speak against.
    const solo = this.#state === 'solo' && this.#current !== undefined && this.#suspects.has(this.#current);
    return { suspect, solo, acquitted };
  }

  /** Whether the command must be carried out alone. */
  solo({ step }: Invoke): boolean {
    return this.#suspects.has(step);
  }

  acquit(step: string): void {
    this.#acquitted = this.#suspects.delete(step) || this.#acquitted;
  }

  /** After a flush: the gate opens for the others only when the acquittal is durable. Returns what may be done now. */
  written(gate: SoloGate, commands: readonly Command[]): readonly Command[] {
    if (this.#current === undefined || !this.#suspects.has(this.#current)) this.leave(gate);
    if (this.#suspects.size === 0 && this.#deferred.length === 0) return commands;
    const all = [...this.#deferred.splice(0), ...commands];
    if (this.#suspects.size === 0) return all;
    const next = this.#state === 'none' ? all.findIndex((command) => this.#isSuspect(command)) : -1;
    const goes = (command: Command, index: number) => command.type !== 'InvokeAgent' || index === next;
    this.#deferred = all.filter((command, index) => !goes(command, index));
    return all.filter(goes);
  }

  /** The same when the run was to be given back and is not: the commands are all that is outstanding, those held back among them. */
  again(gate: SoloGate, commands: readonly Command[]): readonly Command[] {
    this.#deferred = [];
    return this.written(gate, commands);
  }

  enter(gate: SoloGate, step: string, mark: () => Promise<boolean>, go: (mayGo: boolean) => void): void {
    this.#current = step;
    this.#state = 'entering';
    gate.enterSolo(() => {
      void mark()
        .catch(() => false)
        .then((mayGo) => {
          this.#state = 'solo';
          go(mayGo);
        });
    });
  }

  leave(gate: SoloGate): void {
    if (this.#state !== 'solo') return;
    this.#state = 'none';
    gate.leaveSolo();
  }

  #isSuspect(command: Command): boolean {
    return command.type === 'InvokeAgent' && this.#suspects.has(command.step);
  }
}

/**
 * A step whose start was journaled comes before one that has only become ready: a retry that fell due beside the suspect
 * that killed the process must not take its place.
 */
export function suspectsFirst(run: Run, commands: readonly Command[]): readonly Command[] {
  const began = (command: Command) =>
    command.type === 'InvokeAgent' && stateAt(run, command.step)!.status === 'running';
  return [...commands.filter(began), ...commands.filter((command) => !began(command))];
}

function convict(run: Run, { step }: Invoke, crashes: number): Conviction {
  const message = `step ${step} was alone in flight at ${crashes} consecutive crashes of its process and is not tried again`;
  const error = { type: 'quarantined', code: 'CC_STEP_QUARANTINED', message } as const;
  return { type: 'StepFailed', at: Date.now(), step, attempt: stateAt(run, step)!.attempt, error };
}
