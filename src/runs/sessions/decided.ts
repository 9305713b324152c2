import { type Command, type Run, type RunEvent, stateAt } from '../../workflow/index.js';
import { finished } from './endings.js';

/** Commands that are carried out by writing an event and nothing else; undefined for those that reach out. */
export function decided(command: Command, run: Run, at: number, maxOutputBytes: number): RunEvent | undefined {
  switch (command.type) {
    case 'SkipStep':
      return { type: 'StepSkipped', at, step: command.step, reason: command.reason };
    case 'FailStep': {
      const { step, error } = command;
      return { type: 'StepFailed', at, step, attempt: stateAt(run, step)!.attempt, error };
    }
    case 'FanOut':
      return fannedOut(command, at, maxOutputBytes);
    case 'BeginWait':
      return waiting(command, at);
    case 'FinishRun':
      return finished(command, at, maxOutputBytes);
    default:
      return undefined;
  }
}

function fannedOut({ step, items }: Command & { type: 'FanOut' }, at: number, maxOutputBytes: number): RunEvent {
  const bytes = Buffer.byteLength(JSON.stringify(items));
  if (bytes <= maxOutputBytes) return { type: 'StepStarted', at, step, attempt: 1, items };
  const message = `forEach of step ${step} has a list of ${bytes} bytes; engine.maxOutputBytes is ${maxOutputBytes}: give each item's address instead of all of it`;
  return {
    type: 'StepFailed',
    at,
    step,
    attempt: 0,
    error: { type: 'limit', code: 'CC_STEP_OUTPUT_TOO_LARGE', message },
  };
}

function waiting({ step, wait }: Command & { type: 'BeginWait' }, at: number): RunEvent {
  const due = 'forMs' in wait && wait.forMs !== undefined ? { dueAt: at + wait.forMs } : {};
  switch (wait.kind) {
    case 'sleep':
      return {
        type: 'StepWaiting',
        at,
        step,
        wait: { kind: 'sleep', dueAt: 'until' in wait ? wait.until : at + wait.forMs },
      };
    case 'event':
      return { type: 'StepWaiting', at, step, wait: { kind: 'event', ...due } };
    case 'approval':
      return { type: 'ApprovalRequested', at, step, message: wait.message, approvers: wait.approvers, ...due };
  }
}
