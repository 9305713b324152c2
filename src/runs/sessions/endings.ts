import type { Command, RunEvent } from '../../workflow/index.js';

type Finish = Extract<Command, { type: 'FinishRun' }>;

/** The event that ends a run as decided; an output that is too large fails it instead. */
export function finished(command: Finish, at: number, maxOutputBytes: number): RunEvent {
  if (command.status !== 'succeeded') {
    return { type: command.status === 'failed' ? 'RunFailed' : 'RunCancelled', at, error: command.error };
  }
  const bytes = bytesOf(command.output);
  if (bytes <= maxOutputBytes) return { type: 'RunSucceeded', at, output: command.output };
  const message = `the run's output has ${bytes} bytes; engine.maxOutputBytes is ${maxOutputBytes}`;
  return { type: 'RunFailed', at, error: { type: 'limit', code: 'CC_STEP_OUTPUT_TOO_LARGE', message } };
}

export function tooManyEvents(maxEvents: number): RunEvent {
  const message = `the run wrote ${maxEvents} events, the limit of engine.maxEvents`;
  return { type: 'RunFailed', at: Date.now(), error: { type: 'limit', code: 'CC_RUN_TOO_MANY_EVENTS', message } };
}

export function tooManyBytes(bytes: number, maxRunBytes: number): RunEvent {
  const message = `the run wrote ${bytes} bytes of inputs and outputs, engine.maxRunBytes is ${maxRunBytes}: let steps store what is large and return its address`;
  return { type: 'RunFailed', at: Date.now(), error: { type: 'limit', code: 'CC_RUN_TOO_LARGE', message } };
}

/** Nested so deeply that it cannot be written, it is too large as well. */
function bytesOf(output: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(output ?? null));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
