import type { Command, RunEvent } from '../../workflow/index.js';

type Finish = Extract<Command, { type: 'FinishRun' }>;

/** The event that ends a run as decided; an output that is too large fails it instead. */
export function finished(command: Finish, at: number, maxOutputBytes: number): RunEvent {
  if (command.status !== 'succeeded') {
    return { type: command.status === 'failed' ? 'RunFailed' : 'RunCancelled', at, error: command.error };
  }
  const bytes = Buffer.byteLength(JSON.stringify(command.output ?? null));
  if (bytes <= maxOutputBytes) return { type: 'RunSucceeded', at, output: command.output };
  const message = `the run's output has ${bytes} bytes; engine.maxOutputBytes is ${maxOutputBytes}`;
  return { type: 'RunFailed', at, error: { type: 'limit', code: 'CC_STEP_OUTPUT_TOO_LARGE', message } };
}

export function tooManyEvents(maxEvents: number): RunEvent {
  const message = `the run wrote ${maxEvents} events, the limit of engine.maxEvents`;
  return { type: 'RunFailed', at: Date.now(), error: { type: 'limit', code: 'CC_RUN_TOO_MANY_EVENTS', message } };
}
