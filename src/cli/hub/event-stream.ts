import { type EventSourceMessage, EventSourceParserStream } from 'eventsource-parser/stream';

export type HubEvent = EventSourceMessage;

/** Characters of one event that has not come to its end: what a hub sends is far below. */
const longestEvent = 16 * 1024 * 1024;

/** Server-sent events out of the body of an answer. `alive` is told of all that comes, comments too. */
export async function* readEvents(body: ReadableStream<Uint8Array>, alive: () => void): AsyncGenerator<HubEvent, void> {
  const listening = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(chunk, out) {
      alive();
      out.enqueue(chunk);
    },
  });
  const events = (body as ReadableStream<Uint8Array<ArrayBuffer>>)
    .pipeThrough(listening)
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream({ maxBufferSize: longestEvent }));
  for await (const event of events) yield event;
}
