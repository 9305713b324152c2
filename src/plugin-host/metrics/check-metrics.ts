import type { MetricSpec, Plugin } from '@commandcenter/sdk';
import type { Problem } from '../../errors/index.js';
import { names } from '../../telemetry/index.js';
import { MOST_CLOSED_SETS, closedSetsOf } from './label-sets.js';

const namePattern = /^[a-z][a-z0-9_]*$/;
/** Prometheus keeps names that start with two underscores for itself, and these two for histograms and summaries. */
const labelPattern = /^(?!__|(?:le|quantile)$)[a-zA-Z_][a-zA-Z0-9_]*$/;
const kinds: readonly unknown[] = ['counter', 'histogram', 'gauge'];
const MOST_BOUNDARIES = 50;

const hubs = new Set(
  [
    ...Object.values(names.instruments),
    ...Object.entries(names.standardMetrics).map(([name, { kind }]) => ({ name, kind })),
  ].flatMap((instrument) => [instrument.name, ...names.seriesOf(instrument)]),
);

/** Everything wrong with the instruments of a manifest. */
export function* aboutMetrics({ name, metrics = {} }: Plugin): Generator<Problem> {
  if (typeof metrics !== 'object' || metrics === null || Array.isArray(metrics)) {
    yield { path: 'metrics', message: 'must be an object: name -> instrument' };
    return;
  }
  const prefix = `${String(name).replaceAll('-', '_')}_`;
  const taken = new Map<string, string>();
  for (const [metric, spec] of Object.entries(metrics)) {
    const path = `metrics.${metric}`;
    if (!namePattern.test(metric)) yield { path, message: 'is not a name: lower case letters, digits, underscores' };
    else if (!metric.startsWith(prefix)) yield { path, message: `must start with ${prefix}` };
    if (typeof spec !== 'object' || spec === null) {
      yield { path, message: 'must be an object' };
      continue;
    }
    yield* aboutSpec(path, spec);
    for (const series of new Set(seriesOf(metric, spec))) {
      if (hubs.has(series)) yield { path, message: `${series} is the hub's own` };
      const twin = taken.get(series);
      if (twin !== undefined) yield { path, message: `${series} is also a series of ${twin}` };
      taken.set(series, metric);
    }
  }
}

/** The names under which Prometheus will know an instrument. */
export function seriesOf(name: string, { kind }: MetricSpec): readonly string[] {
  return kinds.includes(kind) ? names.seriesOf({ name, kind }) : [];
}

function* aboutSpec(path: string, spec: MetricSpec): Generator<Problem> {
  const { kind, unit, description, labels = {}, boundaries } = spec;
  if (!kinds.includes(kind)) yield { path: `${path}.kind`, message: `must be one of ${kinds.join(', ')}` };
  if (typeof unit !== 'string' || unit === '') yield { path: `${path}.unit`, message: 'is missing; UCUM, like s' };
  if (typeof description !== 'string' || description === '') {
    yield { path: `${path}.description`, message: 'is missing' };
  }
  if (boundaries !== undefined && !(kind === 'histogram' && isAscending(boundaries))) {
    const message = `must be at most ${MOST_BOUNDARIES} numbers, each larger than the one before, of a histogram`;
    yield { path: `${path}.boundaries`, message };
  }
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) {
    yield { path: `${path}.labels`, message: 'must be an object: name -> list of values, or null' };
    return;
  }
  for (const [label, values] of Object.entries(labels)) {
    const at = `${path}.labels.${label}`;
    if (!labelPattern.test(label)) yield { path: at, message: 'is not a name Prometheus takes' };
    if (values !== null && !isListOfTexts(values)) {
      yield { path: at, message: 'must be a list of different texts, or null for an open list' };
    }
  }
  if (closedSetsOf(spec) > MOST_CLOSED_SETS) {
    yield { path: `${path}.labels`, message: `make more than ${MOST_CLOSED_SETS} series; use fewer values` };
  }
}

function isAscending(boundaries: unknown): boolean {
  if (!Array.isArray(boundaries) || boundaries.length === 0 || boundaries.length > MOST_BOUNDARIES) return false;
  return (boundaries as unknown[]).every(
    (bound, n) => Number.isFinite(bound) && (n === 0 || Number(bound) > Number(boundaries[n - 1])),
  );
}

function isListOfTexts(values: unknown): boolean {
  return (
    Array.isArray(values) &&
    values.length > 0 &&
    values.every((value) => typeof value === 'string' && value !== '') &&
    new Set(values).size === values.length
  );
}
