import type { QueueHandler, QueueOptions } from '@commandcenter/sdk';
import type { Problem } from '../../errors/index.js';
import { callInvalid } from '../ports/port-errors.js';

/** A plugin's queue that somebody handles. */
export interface HandledQueue {
  readonly plugin: string;
  readonly handler: QueueHandler;
  readonly batch: number;
  readonly timeoutMs: number;
}

const MOST_ITEMS = 1_000;
const LONGEST_MS = 60_000;

export function handledQueue(plugin: string, handler: QueueHandler, options: QueueOptions = {}): HandledQueue {
  const { batch = 100, timeoutMs = 30_000 } = options;
  const problems: Problem[] = [];
  if (typeof handler !== 'function') problems.push({ path: 'handler', message: 'must be a function' });
  if (!isWithin(batch, MOST_ITEMS)) problems.push({ path: 'options.batch', message: `must be 1 to ${MOST_ITEMS}` });
  if (!isWithin(timeoutMs, LONGEST_MS)) {
    problems.push({ path: 'options.timeoutMs', message: `must be 1 to ${LONGEST_MS}` });
  }
  if (problems.length > 0) throw callInvalid(`The handler of plugin ${plugin}'s queue`, problems);
  return { plugin, handler, batch, timeoutMs };
}

const isWithin = (value: unknown, most: number) =>
  Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most;
