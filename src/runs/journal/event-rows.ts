import type { RunEvent } from '../../workflow/index.js';
import type { EventRow } from './run-write.js';

/** An event with its place in the log. */
export interface Numbered {
  readonly seq: number;
  readonly event: RunEvent;
}

/** How an attempt ended. */
type Result = Extract<RunEvent, { type: 'StepSucceeded' | 'StepFailed' | 'StepRetryScheduled' }>;

export interface ToWrite extends Numbered {
  /** The output's JSON, where the caller has it already: large outputs are stringified once. */
  readonly text?: string | undefined;
  /** A result whose StepStarted is the event right before it, not written yet: one row holds both. */
  readonly startedAt?: number;
}

/** Most steps start and end between two flushes: one row for both is a third of the bytes and half of the inserts saved. */
export function joins(before: RunEvent | undefined, event: RunEvent): event is Result {
  if (before?.type !== 'StepStarted' || before.items !== undefined) return false;
  if (!('attempt' in event) || event.type === 'StepStarted') return false;
  return before.step === event.step && before.attempt === event.attempt;
}

export function toRow({ seq, event, text, startedAt }: ToWrite): EventRow {
  const { type, at, ...data } = event;
  if (startedAt !== undefined) Object.assign(data, { startedAt });
  if (type !== 'StepSucceeded' || text === undefined) return { seq, type, at, data: JSON.stringify(data) };
  Object.assign(data, { output: undefined });
  return { seq, type, at, data: `${JSON.stringify(data).slice(0, -1)},"output":${text}}` };
}

export interface StoredEvent {
  readonly seq: number;
  readonly type: string;
  readonly data: string;
  readonly at: Date;
}

/** The events of a row: one, or a StepStarted and its result. */
export function fromRow({ seq, type, data, at }: StoredEvent): readonly Numbered[] {
  const { startedAt, ...rest } = JSON.parse(data) as { startedAt?: number; step?: string; attempt?: number };
  const event = { type, at: at.getTime(), ...rest } as RunEvent;
  if (startedAt === undefined) return [{ seq, event }];
  const { step, attempt } = event as Result;
  return [
    { seq: seq - 1, event: { type: 'StepStarted', at: startedAt, step, attempt } },
    { seq, event },
  ];
}
