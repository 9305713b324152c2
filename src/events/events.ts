import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { Batches, Database, type Tx } from '../database/index.js';
import { CcError } from '../errors/index.js';
import { Jobs } from '../jobs/index.js';
import { currentTraceparent, names, Span } from '../telemetry/index.js';
import { eventsOf } from './http-message.js';
import { eventKey, insertEvents } from './insert-events.js';
import { problemsOf, type NewEvent } from './new-event.js';
import { unavailable } from './unavailable.js';

/** The job that starts the runs of new events; the triggers room handles it. */
export const DISPATCH_TASK = 'events.dispatch';

/** Announced inside the process when published events are committed. Nobody may rely on it: another replica hears nothing. */
export const EVENTS_PUBLISHED = 'events.published';

export interface Accepted {
  readonly accepted: number;
  /** Events that were known already: nothing happens again. */
  readonly duplicate: number;
}

const structured = { 'content-type': 'application/cloudevents+json' };

/** Publishing events: rows of the event table and one job that hints at them. */
@Injectable()
export class Events {
  readonly #incoming = new Batches<NewEvent, boolean>((events) => this.#acceptAll(events));

  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly announcer: EventEmitter2,
  ) {}

  /** Durable when `tx` commits. Gives how many were new. Throws CC_EVENT_INVALID. */
  async publish(tx: Tx, events: readonly NewEvent[]): Promise<number> {
    return (await this.#insert(tx, events)).size;
  }

  /**
   * The CloudEvents 1.0 of an HTTP message, all of them or none; durable when this returns. Single events that arrive
   * together share a transaction.
   */
  @Span(names.span.eventsAccept)
  async accept(body: unknown, headers: IncomingHttpHeaders = structured): Promise<Accepted> {
    // The producer's own context where it sent one, else the request that brings the event.
    const request = currentTraceparent();
    const events = eventsOf(headers, body).map((event) => {
      const traceparent = event.traceparent ?? request;
      return { ...event, ...(traceparent !== undefined && { traceparent }) };
    });
    const isNew = events.length === 1 ? [await this.#incoming.call(events[0]!)] : await this.#acceptAll(events);
    const accepted = isNew.filter(Boolean).length;
    return { accepted, duplicate: events.length - accepted };
  }

  /** Rows of the event table were committed by another room's statement: says so inside the process, and does no more. */
  announce(): void {
    this.announcer.emit(EVENTS_PUBLISHED);
  }

  async #acceptAll(events: readonly NewEvent[]): Promise<boolean[]> {
    const added = await this.#commit(events);
    // Twice in one transaction: the first is new, the second its duplicate.
    return events.map((event) => added.delete(eventKey(event)));
  }

  async #commit(events: readonly NewEvent[]): Promise<Set<string>> {
    try {
      const added = await this.database.transaction((tx) => this.#insert(tx, events));
      if (added.size > 0) this.announce();
      return added;
    } catch (thrown) {
      throw unavailable(thrown);
    }
  }

  async #insert(tx: Tx, events: readonly NewEvent[]): Promise<Set<string>> {
    check(events);
    if (events.length === 0) return new Set();
    const added = await insertEvents(tx, events);
    if (added.size > 0) await this.jobs.enqueue(tx, [{ task: DISPATCH_TASK, payload: {} }]);
    return added;
  }
}

function check(events: readonly NewEvent[]): void {
  const problems = events.flatMap((event, n) =>
    problemsOf(event).map((problem) => ({ ...problem, path: `${n}.${problem.path}` })),
  );
  if (problems.length === 0) return;
  const list = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new CcError('CC_EVENT_INVALID', `the events cannot be published: ${list}`, { problems });
}
