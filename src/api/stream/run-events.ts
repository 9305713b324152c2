import type { RunFeed } from '../../runs/index.js';
import type { EventStream, Source } from './event-stream.js';

/** The events of a run after `after`, and what comes. Of what a slow client has not taken at most one read is kept. */
export function tellEvents(feed: RunFeed, run: string, after: number): (stream: EventStream) => Source {
  return (stream) =>
    feed.watch(run, after, {
      events: (events) =>
        stream.tell(events.map((event) => `id: ${event.seq}\ndata: ${JSON.stringify(event)}\n\n`).join('')),
      ended: (status) => stream.finish(`event: end\ndata: ${JSON.stringify({ status })}\n\n`),
    });
}
