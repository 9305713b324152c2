import {
  type MetricLabels,
  type MetricReading,
  type MetricSpec,
  type PluginManifest,
  PluginMetrics,
} from '@commandcenter/sdk';
import type { Gauges, MetricService } from '../../telemetry/index.js';
import { LabelSets } from './label-sets.js';

interface Declared {
  readonly spec: MetricSpec;
  readonly sets: LabelSets;
  readonly count: (value: number, labels: MetricLabels) => void;
}

/** The instruments of one plugin, made when the plugin is; counters of closed lists are born at 0. */
export class HubPluginMetrics extends PluginMetrics {
  readonly #declared = new Map<string, Declared>();
  readonly #watched = new Set<string>();

  constructor(
    private readonly plugin: string,
    metrics: NonNullable<PluginManifest['metrics']>,
    meters: MetricService,
    private readonly gauges: Gauges,
  ) {
    super();
    for (const [name, spec] of Object.entries(metrics)) {
      const declared = { spec, sets: new LabelSets(name, spec), count: instrument(name, spec, meters) };
      this.#declared.set(name, declared);
      // A series that does not exist has no increase: its first value would go unseen.
      if (spec.kind === 'counter') for (const labels of declared.sets.all()) declared.count(0, labels);
    }
  }

  add(name: string, value: number, labels?: MetricLabels): void {
    const { count, sets } = this.#of(name, 'counter');
    if (!(value >= 0) || value === Infinity) throw new TypeError(`${name} cannot grow by ${value}`);
    count(value, sets.checked(labels));
  }

  record(name: string, value: number, labels?: MetricLabels): void {
    const { count, sets } = this.#of(name, 'histogram');
    if (!Number.isFinite(value)) throw new TypeError(`${name} cannot record ${value}`);
    count(value, sets.checked(labels));
  }

  watch(name: string, read: () => readonly MetricReading[] | Promise<readonly MetricReading[]>): void {
    const { spec, sets } = this.#of(name, 'gauge');
    if (this.#watched.has(name)) throw new Error(`${name} is watched already`);
    this.#watched.add(name);
    const { unit, description } = spec;
    const gauge = { name, kind: 'gauge', unit, description, labels: Object.keys(spec.labels ?? {}) } as const;
    this.gauges.watch(gauge, async () =>
      (await read()).map(({ value, labels }) => ({ value, labels: sets.checked(labels) })),
    );
  }

  #of(name: string, kind: MetricSpec['kind']): Declared {
    const declared = this.#declared.get(name);
    if (declared?.spec.kind === kind) return declared;
    throw new TypeError(`plugin ${this.plugin} declares no ${kind} ${name} under metrics of its manifest`);
  }
}

function instrument(name: string, spec: MetricSpec, meters: MetricService): Declared['count'] {
  const { kind, unit, description, boundaries } = spec;
  if (kind === 'counter') {
    const counter = meters.getCounter(name, { unit, description });
    return (value, labels) => counter.add(value, labels);
  }
  if (kind === 'histogram') {
    const advice = boundaries && { advice: { explicitBucketBoundaries: [...boundaries] } };
    const histogram = meters.getHistogram(name, { unit, description, ...advice });
    return (value, labels) => histogram.record(value, labels);
  }
  return () => undefined; // a gauge is made when somebody watches it
}
