import { Injectable, Logger } from '@nestjs/common';
import { RunStarter, type StartRequest } from '../runs/index.js';
import type { AlertAsk } from './alert-decisions.js';
import { AlertStarter } from './alert-starter.js';
import type { StoredEvent } from '../events/index.js';
import type { BurstEvent } from './bursts/burst-sql.js';
import { isFull, isUnavailable, reasonOf, verdictOn } from './start-failure.js';
import type { Occasion, Subscription } from './subscription.js';
import type { Subscriptions } from './subscriptions.js';

export type EventOutcome = 'dispatched' | 'again' | 'unavailable';

export interface Dispatched {
  readonly outcome: EventOutcome;
  /** What it joins instead of starting a run: to be written together with its being dispatched, and not before. */
  readonly bursts: readonly BurstEvent[];
}

/** Starts the runs of one event. */
@Injectable()
export class EventStarter {
  readonly #log = new Logger('Events');
  /** Workflows whose expressions failed: one line in the log for each, not one for each event. */
  readonly #complainedOf = new Set<string>();

  constructor(
    private readonly starter: RunStarter,
    private readonly alerts: AlertStarter,
  ) {}

  /** After the workflows changed. */
  forgetComplaints(): void {
    this.#complainedOf.clear();
  }

  /** `dispatched` when every run is durable or can never start. Never throws. */
  async start(pending: StoredEvent, subscriptions: Subscriptions): Promise<Dispatched> {
    const wanted = this.#wanted(pending, subscriptions.get(pending.type) ?? []);
    const asked = wanted.filter(({ burst }) => burst === undefined);
    const outcomes = await Promise.all(asked.map((one) => this.#start(one)));
    const outcome =
      outcomes.find((one) => one === 'unavailable') ?? outcomes.find((one) => one === 'again') ?? 'dispatched';
    return { outcome, bursts: wanted.flatMap(({ burst }) => burst ?? []) };
  }

  #wanted(pending: StoredEvent, subscriptions: readonly Subscription[]): Wanted[] {
    const wanted = new Map<string, Wanted>();
    for (const subscription of subscriptions) {
      const { workflow, kind } = subscription;
      // One event is one occurrence for a workflow and a kind of trigger: its first entry that matches starts the run.
      const slot = `${kind} ${workflow}`;
      if (wanted.has(slot)) continue;
      const occasion = this.#occasionOf(pending, subscription);
      if (occasion !== undefined) wanted.set(slot, wantedOf(pending, workflow, occasion));
    }
    return [...wanted.values()];
  }

  /** undefined: the event is not for this workflow. */
  #occasionOf(pending: StoredEvent, subscription: Subscription): Occasion | undefined {
    try {
      return subscription.occasionOf(pending);
    } catch (thrown) {
      const { workflow, kind } = subscription;
      if (!this.#complainedOf.has(workflow)) {
        this.#log.warn(`${workflow}: an expression failed, so ${kind}s do not start it: ${reasonOf(thrown)}`);
      }
      this.#complainedOf.add(workflow);
      return undefined;
    }
  }

  async #start({ request, ask }: Wanted): Promise<EventOutcome> {
    try {
      await (ask === undefined ? this.starter.start(request) : this.alerts.start(request, ask));
      return 'dispatched';
    } catch (thrown) {
      if (isUnavailable(thrown)) return 'unavailable';
      if (isFull(thrown)) {
        this.#log.log(
          `${request.workflow}: ${request.trigger.kind} ${request.dedupe?.key} is skipped: ${reasonOf(thrown)}`,
        );
        return 'dispatched';
      }
      const again = verdictOn(thrown) === 'again';
      const then = again ? 'will be tried again' : 'does not start it';
      const { workflow, trigger, dedupe } = request;
      this.#log.warn(`${workflow}: ${trigger.kind} ${dedupe?.key} ${then}: ${reasonOf(thrown)}`);
      return again ? 'again' : 'dispatched';
    }
  }
}

interface Wanted {
  readonly request: StartRequest;
  readonly ask: AlertAsk | undefined;
  readonly burst: BurstEvent | undefined;
}

function wantedOf({ seq, traceparent }: StoredEvent, workflow: string, occasion: Occasion): Wanted {
  const { input, key, trigger, ask, burst } = occasion;
  const request = { workflow, input, trigger, dedupe: { key }, ...(traceparent !== undefined && { traceparent }) };
  return { request, ask, burst: burst && { ...burst, workflow, seq, input } };
}
