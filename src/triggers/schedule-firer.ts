import { Injectable, Logger } from '@nestjs/common';
import { Database } from '../database/index.js';
import { RunStarter, type SlotRequest } from '../runs/index.js';
import { planFires, type FirePlan } from './plan-fires.js';
import { advance, CLAIM, claimDue, type Advance, type DueSchedule } from './schedule-sql.js';
import { isFull, reasonOf, verdictOn } from './start-failure.js';

type Started = { readonly runId: string } | { readonly verdict: 'again' | 'over' };

/**
 * Starts what is due. First the runs, durably, each under the key of its instant; then `next_at` moves on. A crash between
 * the two, or two replicas at it, start the same keys again, which gives the runs that exist.
 */
@Injectable()
export class ScheduleFirer {
  readonly #log = new Logger('Schedules');

  constructor(
    private readonly database: Database,
    private readonly starter: RunStarter,
  ) {}

  /** True when all that was due of these workflows has been dealt with; false when some has to be tried again in a while. */
  async fireDue(workflows: readonly string[]): Promise<boolean> {
    let done = true;
    let claimed: number;
    do {
      claimed = await this.database.transaction(async (tx) => {
        const due = await claimDue(tx, workflows);
        if (due.length === 0) return 0;
        const advances = await Promise.all(due.map((one) => this.#fire(one)));
        await advance(tx, advances);
        done &&= advances.every((one) => !one.again);
        return due.length;
      });
    } while (claimed === CLAIM && done);
    return done;
  }

  async #fire(due: DueSchedule): Promise<Advance> {
    const plan = planFires(due, due.next_at, due.now, due.catch_up);
    this.#logMissed(due, plan);
    const started = await this.#startAll(due, plan.fires);
    const again = started.findIndex((one) => 'verdict' in one && one.verdict === 'again');
    const dealtWith = again === -1 ? started : started.slice(0, again);
    const last = dealtWith.at(-1);
    return {
      due,
      nextAt: again === -1 ? plan.nextAt : plan.fires[again]!,
      lastAt: plan.fires[dealtWith.length - 1],
      lastRunId: last !== undefined && 'runId' in last ? last.runId : undefined,
      again: again !== -1,
    };
  }

  /** Side by side where they do not know of each other; else in order, for which of them goes depends on it. */
  async #startAll(due: DueSchedule, fires: readonly Date[]): Promise<Started[]> {
    if (due.overlap === 'allow') return Promise.all(fires.map((fire) => this.#start(due, fire)));
    const started: Started[] = [];
    for (const fire of fires) {
      const one = await this.#start(due, fire);
      started.push(one);
      if ('verdict' in one && one.verdict === 'again') break;
    }
    return started;
  }

  async #start(due: DueSchedule, fire: Date): Promise<Started> {
    const scheduledFor = fire.toISOString();
    try {
      const run = await this.starter.start({
        workflow: due.workflow_id,
        input: due.input === null ? {} : (JSON.parse(due.input) as unknown),
        trigger: { kind: 'schedule', by: `${due.cron} ${due.timezone}`, scheduledFor },
        dedupe: { key: `${scheduledFor} ${due.key}` },
        slots: slotsOf(due),
      });
      return { runId: run.id };
    } catch (thrown) {
      const verdict = verdictOn(thrown);
      if (isFull(thrown)) {
        this.#log.log(`${due.workflow_id}: the fire of ${scheduledFor} is skipped: ${reasonOf(thrown)}`);
        return { verdict };
      }
      const then = verdict === 'again' ? 'tried again shortly' : 'skipped';
      this.#log.warn(
        `${due.workflow_id}: the fire of ${scheduledFor} did not start and is ${then}: ${reasonOf(thrown)}`,
      );
      return { verdict };
    }
  }

  #logMissed(due: DueSchedule, plan: FirePlan): void {
    const line = `${due.workflow_id}: fires of "${due.cron}" ${due.timezone}`;
    const first = plan.fires[0] ?? plan.nextAt;
    if (plan.skippedFrom !== undefined) {
      const then = first === null ? '' : `; the next is that of ${first.toISOString()}`;
      this.#log.warn(`${line} from ${plan.skippedFrom.toISOString()} on were missed and are skipped${then}`);
    }
    if (plan.catchesUp) {
      const from = plan.fires[0]!.toISOString();
      this.#log.log(
        `${line} from ${from} on were missed and start now (catchUp: ${due.catch_up}): ${plan.fires.length}`,
      );
    }
  }
}

const whenFull = { skip: 'skip', queue: 'queue', 'cancel-previous': 'cancel-oldest' } as const;

/** Runs of one line that may not overlap share one place. */
function slotsOf({ key, overlap }: DueSchedule): readonly SlotRequest[] {
  return overlap === 'allow' ? [] : [{ key: `schedule ${key}`, limit: 1, whenFull: whenFull[overlap] }];
}
