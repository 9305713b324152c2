import type { RunEvent } from '../../workflow/index.js';
import type { EventRow } from '../journal/run-write.js';

/** `text` is the output's JSON where the caller has it already: large outputs are stringified once. */
export function toRow(event: RunEvent, seq: number, text?: string): EventRow {
  const { type, at, ...rest } = event;
  if (type !== 'StepSucceeded' || text === undefined) return { seq, type, at, data: JSON.stringify(rest) };
  const { output: _output, ...small } = rest as { output: unknown };
  return { seq, type, at, data: `${JSON.stringify(small).slice(0, -1)},"output":${text}}` };
}

export interface StoredEvent {
  readonly type: string;
  readonly data: string;
  readonly at: Date;
}

export function fromRow({ type, data, at }: StoredEvent): RunEvent {
  return { type, at: at.getTime(), ...(JSON.parse(data) as object) } as RunEvent;
}
