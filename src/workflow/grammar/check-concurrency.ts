import { compileTemplateWith } from '../expression/template.js';
import { checkReferences, complain, START_NAMES, type Surroundings } from './expressions.js';
import { CONCURRENCY_KEYS } from './keys.js';
import { mapAt, numberAt, textAt, wordAt } from './shape.js';

const WHEN_FULL = ['queue', 'skip', 'cancel-oldest'] as const;
/** Runs of one key that go at the same time: more is no limit. */
const MAX_CONCURRENCY = 1_000;

/** `concurrency` of a workflow. Its key is evaluated when a run is asked for: before any step, so over the input alone. */
export function checkConcurrency(value: unknown, around: Surroundings): void {
  if (value === undefined) return;
  const { report } = around;
  const concurrency = mapAt(report, ['concurrency'], value, CONCURRENCY_KEYS);
  if (concurrency === undefined) return;
  const key = textAt(report, ['concurrency', 'key'], concurrency['key']);
  compileTemplateWith(key, {
    names: START_NAMES,
    where: 'concurrency.key',
    complain: (complaint) => complain(report, ['concurrency', 'key'], complaint),
    seen: (expression, _inner, at) => checkReferences(expression, ['concurrency', 'key'], at, around),
  });
  const range = { min: 1, max: MAX_CONCURRENCY, whole: true };
  numberAt(report, ['concurrency', 'limit'], concurrency['limit'], range);
  wordAt(report, ['concurrency', 'whenFull'], concurrency['whenFull'], WHEN_FULL);
}
