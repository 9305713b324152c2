import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { messageOf } from '../../errors/index.js';
import type { RootContext } from '../../telemetry/index.js';
import { type Command, type Failure, type Run, type RunEvent, stateAt } from '../../workflow/index.js';
import type { SessionOutside } from './session-host.js';

const log = new Logger('Runs');

/** Tries after which somebody should know. */
const SUSPICIOUS = 5;

type Errand = Command & {
  readonly type: 'StartChild' | 'AwaitEvent' | 'ForgetEvent' | 'RequestApproval' | 'ExpireApproval';
};

/** What an errand needs of its session. */
export interface Home {
  readonly run: Run;
  readonly root: RootContext;
  readonly closed: boolean;
  /** No errand that failed is tried again: whoever comes next does all that is outstanding. */
  readonly draining: boolean;
  came(event: RunEvent): void;
  /** An answer is in the inbox. */
  readInbox(): void;
  idle(): void;
}

export function isErrand(command: Command): command is Errand {
  const { type } = command;
  return type === 'StartChild' || type === 'AwaitEvent' || type === 'ForgetEvent' || type === 'RequestApproval' || type === 'ExpireApproval'; // prettier-ignore
}

/**
 * What a run does outside of its log, apart from calling agents: every errand may be done twice, and one that fails is
 * tried again. A run is not given back while one is under way.
 */
export class Errands {
  readonly #underWay = new Map<string, Promise<void>>();
  /** What stands for as long as the step waits, and need not be done again here. */
  readonly #standing = new Set<string>();

  /** What nobody asks for any more. */
  readonly #withdrawn = new Set<string>();

  constructor(
    private readonly outside: SessionOutside,
    private readonly home: Home,
    private readonly retryMs = 1_000,
  ) {}

  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  stands(command: Command): boolean {
    return this.#standing.has(keyOf(command));
  }

  run(command: Errand): void {
    if (!this.stands(command)) this.#try(keyOf(command), () => this.#carryOut(command));
  }

  /** Gives up what a step waits for; the run is ending. */
  abort(path: string, attempt: number, error: Failure): void {
    const { run } = this.home;
    const wait = stateAt(run, path)?.wait;
    const cancelled = { ...error, type: 'cancelled' } as const;
    const given = (): void =>
      this.home.came({ type: 'StepFailed', at: Date.now(), step: path, attempt, error: cancelled });
    switch (wait?.kind) {
      case 'event':
        return this.#try(`abort ${path}`, () => this.#forget(path).then(given));
      case 'approval':
        return this.#try(`abort ${path}`, async () => {
          const closed = await this.#close(path, 'cancelled');
          if (closed) this.home.came({ type: 'ApprovalDecided', at: Date.now(), step: path, decision: 'cancelled' });
          else this.home.readInbox();
        });
      case 'workflow': {
        const force = run.ending?.final === true;
        const key = abortKey(run, path, attempt);
        const asked = force ? `${key} by force` : key;
        if (this.#standing.has(asked)) return;
        return this.#try(asked, async () => {
          const gone = await this.outside.cancelChild(run, wait.child, error.message);
          if (gone)
            this.home.came({ type: 'ChildEnded', at: Date.now(), step: path, child: wait.child, status: 'cancelled' });
          // Its end is told through the inbox: until then there is nothing more to do.
          else this.#standing.add(key).add(asked);
        });
      }
      default:
        return given();
    }
  }

  #try(key: string, errand: () => Promise<void>): void {
    if (this.#underWay.has(key)) return;
    this.#withdrawn.delete(key);
    this.#underWay.set(key, this.#untilDone(key, errand).then(() => this.#over(key))); // prettier-ignore
  }

  async #untilDone(key: string, errand: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await errand();
      } catch (thrown) {
        if (this.#isOver(key)) return;
        if (tries === SUSPICIOUS)
          log.warn(`run ${this.home.run.id}: ${key} failed ${tries} times and is tried again: ${messageOf(thrown)}`);
        await delay(this.retryMs);
        // Meanwhile the run may have gone elsewhere: it is not ours to reach out for any more.
        if (this.#isOver(key)) return;
      }
    }
  }

  #isOver(key: string): boolean {
    return this.#givenUp || this.#withdrawn.has(key);
  }

  /** What is tried again and again is not any more; a try under way comes to its end first. */
  async #withdraw(key: string): Promise<void> {
    this.#withdrawn.add(key);
    await this.#underWay.get(key);
  }

  get #givenUp(): boolean {
    return this.home.closed || this.home.draining;
  }

  #over(key: string): void {
    this.#underWay.delete(key);
    this.home.idle();
  }

  /** Not before it was asked for: the row would come after its being forgotten. */
  async #forget(step: string): Promise<void> {
    const { run } = this.home;
    await this.#withdraw(`AwaitEvent ${run.id}/${step}`);
    await this.outside.forgetEvent(run, step);
  }

  /** Likewise: a request that comes after its being closed would stay open. */
  async #close(step: string, as: 'expired' | 'cancelled'): Promise<boolean> {
    const { run, root } = this.home;
    await this.#withdraw(`RequestApproval ${run.id}/${step}`);
    return this.outside.closeApproval(run, step, root, as);
  }

  async #carryOut(command: Errand): Promise<void> {
    const { run, root } = this.home;
    const { step } = command;
    switch (command.type) {
      case 'AwaitEvent':
        await this.outside.awaitEvent(run, step);
        this.#standing.add(keyOf(command));
        return;
      case 'RequestApproval':
        await this.outside.requestApproval(run, step, root);
        this.#standing.add(keyOf(command));
        return;
      case 'ForgetEvent':
        return this.#forget(step);
      case 'ExpireApproval': {
        const expired = await this.#close(step, 'expired');
        if (expired) this.home.came({ type: 'ApprovalDecided', at: Date.now(), step, decision: 'expired' });
        else this.home.readInbox();
        return;
      }
      case 'StartChild': {
        // Cancelled or paused since it was decided, or since the last try: then it is done when it is outstanding again.
        if (run.paused || stateAt(run, step)?.status !== 'pending') return;
        const started = await this.outside.startChild(run, root, command);
        const at = Date.now();
        if (started.ok) {
          this.home.came({ type: 'ChildStarted', at, step, child: started.id });
          if (command.waits) await this.#endWithIt(step, started.id);
        } else this.home.came({ type: 'StepFailed', at, step, attempt: 0, error: started.failure });
        return;
      }
    }
  }

  /** The run ended while the other one was being started, and nobody waits for that any more. */
  async #endWithIt(step: string, child: string): Promise<void> {
    const { run } = this.home;
    if (stateAt(run, step)?.status !== 'cancelled') return;
    await this.outside.cancelChild(run, child, run.ending?.error.message ?? run.error!.message);
  }
}

/** As `keyOf` has it for AbortStep. */
function abortKey(run: Run, path: string, attempt: number): string {
  return `AbortStep ${run.id}/${path}/${attempt}`;
}

function keyOf(command: Command): string {
  return `${command.type} ${command.id}`;
}
