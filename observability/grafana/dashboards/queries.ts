import { type InstrumentKind, seriesOf, span, standardMetrics } from '../../../src/telemetry/names.ts';

interface Metric {
  readonly name: string;
  readonly kind: InstrumentKind;
}

/** What the SDK's own instrumentations measure, as the contract lists it. */
export function standard(name: string): Metric {
  const known = standardMetrics[name];
  if (known === undefined) throw new Error(`${name} is not in src/telemetry/names.ts`);
  return { name, kind: known.kind };
}

/**
 * Made by Tempo out of the spans it receives, with examples that lead to traces; nothing else depends on it. Its `service`
 * is the service.name of a hub, which the scrape job is named after.
 */
export const tracedRuns = `traces_spanmetrics_latency_bucket{service=~"$job", span_name="${span.workflow}"}`;
/** How often Tempo writes it: a window made for the hub's scrapes would hold one value of it, and a rate takes two. */
export const tracedRunsEvery = '15s';

/** A selector of the one series of a counter or a gauge, or of that part of a histogram, in the jobs the reader chose. */
export function select(metric: Metric, matchers: readonly string[] = [], part?: 'bucket' | 'sum' | 'count'): string {
  const names = seriesOf(metric);
  const name = part === undefined ? names[0] : names.find((series) => series.endsWith(`_${part}`));
  if (name === undefined || (part === undefined && names.length > 1)) throw new Error(`${metric.name}: which series?`);
  return `${name}{${['job=~"$job"', ...matchers].join(', ')}}`;
}

export const sum = (expression: string, by: readonly string[] = []) => `sum${labels(by)} (${expression})`;
export const max = (expression: string, by: readonly string[] = []) => `max${labels(by)} (${expression})`;
const labels = (by: readonly string[]) => (by.length > 0 ? ` by (${by.join(', ')})` : '');

/** The smallest window that still holds enough scrapes for a rate at this zoom: what lines are drawn with. */
export const perSecond = (selector: string) => `rate(${selector}[$__rate_interval])`;
/** The same window, counted: what the cells of a heatmap hold. */
export const perStep = (selector: string) => `increase(${selector}[$__rate_interval])`;
/** The time range the reader chose as one figure: single values, pies and tables. */
export const inRange = (selector: string) => `increase(${selector}[$__range])`;
/**
 * A day's growth at that day's beginning, today's so far included. Without the negative offset a bar would stand at the
 * end of its day, and today would have none.
 */
export const perDay = (selector: string) => `increase(${selector}[1d] offset -1d)`;

/** `grown` is one of the windows above. Where nothing was counted the quantile is NaN; `>= 0` makes that an empty answer. */
export function quantile(
  q: number,
  histogram: Metric,
  matchers: readonly string[],
  grown: (selector: string) => string,
  by: readonly string[] = [],
): string {
  return quantileOf(q, select(histogram, matchers, 'bucket'), grown, by);
}

export function quantileOf(
  q: number,
  buckets: string,
  grown: (selector: string) => string,
  by: readonly string[] = [],
): string {
  return `histogram_quantile(${q}, ${sum(grown(buckets), ['le', ...by])}) >= 0`;
}

/** 0 where there is a whole but no part; empty where there is no whole, because 0 of 0 is no share. */
export function share(part: string, whole: string): string {
  return `(${part} or 0 * ${whole}) / (${whole} > 0)`;
}
