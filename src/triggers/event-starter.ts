import { Injectable, Logger } from '@nestjs/common';
import { RunStarter, type StartRequest } from '../runs/index.js';
import type { PendingEvent } from './event-rows.js';
import { isUnavailable, reasonOf, verdictOn } from './start-failure.js';
import type { Subscription, Subscriptions } from './subscriptions.js';

export type EventOutcome = 'dispatched' | 'again' | 'unavailable';

/** Starts the runs of one event. */
@Injectable()
export class EventStarter {
  readonly #log = new Logger('Events');
  /** Workflows whose expressions failed: one line in the log for each, not one for each event. */
  readonly #complainedOf = new Set<string>();

  constructor(private readonly starter: RunStarter) {}

  /** After the workflows changed. */
  forgetComplaints(): void {
    this.#complainedOf.clear();
  }

  /** `dispatched` when every run is durable or can never start. Never throws. */
  async start(pending: PendingEvent, subscriptions: Subscriptions): Promise<EventOutcome> {
    const requests = this.#requests(pending, subscriptions.get(pending.type) ?? []);
    const outcomes = await Promise.all(requests.map((request) => this.#start(request)));
    return (
      outcomes.find((outcome) => outcome === 'unavailable') ??
      outcomes.find((outcome) => outcome === 'again') ??
      'dispatched'
    );
  }

  #requests(pending: PendingEvent, subscriptions: readonly Subscription[]): StartRequest[] {
    const requests = new Map<string, StartRequest>();
    for (const subscription of subscriptions) {
      // One event is one occurrence for a workflow: its first entry that matches starts the run.
      if (requests.has(subscription.workflow)) continue;
      const input = this.#inputOf(pending, subscription);
      if (input !== undefined) requests.set(subscription.workflow, this.#request(pending, subscription, input.value));
    }
    return [...requests.values()];
  }

  /** undefined: the event is not for this workflow. */
  #inputOf({ event }: PendingEvent, subscription: Subscription): { value: unknown } | undefined {
    try {
      return subscription.matches(event) ? { value: subscription.inputFor(event) } : undefined;
    } catch (thrown) {
      if (!this.#complainedOf.has(subscription.workflow)) {
        this.#log.warn(
          `${subscription.workflow}: an expression failed, so events do not start it: ${reasonOf(thrown)}`,
        );
      }
      this.#complainedOf.add(subscription.workflow);
      return undefined;
    }
  }

  #request(pending: PendingEvent, { workflow }: Subscription, input: unknown): StartRequest {
    return {
      workflow,
      input,
      trigger: { kind: 'event', by: pending.source, event: pending.event },
      dedupe: { key: JSON.stringify([pending.source, pending.id]) },
      ...(pending.traceparent !== undefined && { traceparent: pending.traceparent }),
    };
  }

  async #start(request: StartRequest): Promise<EventOutcome> {
    try {
      await this.starter.start(request);
      return 'dispatched';
    } catch (thrown) {
      if (isUnavailable(thrown)) return 'unavailable';
      const again = verdictOn(thrown) === 'again';
      const then = again ? 'will be tried again' : 'does not start it';
      this.#log.warn(`${request.workflow}: event ${request.dedupe?.key} ${then}: ${reasonOf(thrown)}`);
      return again ? 'again' : 'dispatched';
    }
  }
}
