/** One instrument of a plugin, under its Prometheus name in the manifest's `metrics`. */
export interface MetricSpec {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** UCUM: s, By, {message} ... */
  readonly unit: string;
  readonly description: string;
  /**
   * Labels and, where they are a closed list, their values: series of those are born at 0. A label with an open list
   * (`null`) keeps its first 100 values; the rest is `_other`.
   */
  readonly labels?: Readonly<Record<string, readonly string[] | null>>;
  /** Upper bounds of a histogram's buckets, in its unit. */
  readonly boundaries?: readonly number[];
}

export type MetricLabels = Readonly<Record<string, string>>;

export interface MetricReading {
  readonly value: number;
  readonly labels?: MetricLabels;
}
