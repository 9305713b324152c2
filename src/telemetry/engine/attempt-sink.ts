import type { AttemptSpan } from './attempt-span.js';

type Sink = (attempt: AttemptSpan) => void;

let sink: Sink | undefined;

/** Where attempts go that need no span of the SDK; undefined when no exporter knows them. One a process, as the SDK is. */
export function attemptSink(): Sink | undefined {
  return sink;
}

export function setAttemptSink(use: Sink | undefined): void {
  sink = use;
}
