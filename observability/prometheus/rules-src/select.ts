import { instruments, seriesOf, standardMetrics } from '../../../src/telemetry/names.ts';
import { hubJob } from './rule.ts';

const known = new Set(
  [
    ...Object.values(instruments),
    ...Object.entries(standardMetrics).map(([name, { kind }]) => ({ name, kind })),
  ].flatMap(seriesOf),
);

/** A selector of a series that hubs have by the contract of src/telemetry/names.ts. */
export function hub(series: string, ...matchers: readonly string[]): string {
  if (!known.has(series)) throw new Error(`${series} is not in src/telemetry/names.ts`);
  return `${series}{${[`job="${hubJob}"`, ...matchers].join(', ')}}`;
}

/** Of other programs and of plugins; the test of the rules knows which there are. */
export const other = (series: string, ...matchers: readonly string[]) => `${series}{${matchers.join(', ')}}`;

/** How much a counter grew, over all replicas. */
export const grown = (selector: string, window: string, ...by: readonly string[]) =>
  `sum by (${by.join(', ')}) (increase(${selector}[${window}]))`;
