import type { MetricLabels, MetricSpec } from '@commandcenter/sdk';

/** Values that a label with an open list keeps: the SDK never forgets one. */
const MOST_OPEN_VALUES = 100;
const LONGEST_VALUE = 200;
const OTHER = '_other';
/** Series of one instrument that closed lists make. */
export const MOST_CLOSED_SETS = 1_000;

/** How many sets the closed lists of an instrument make together; open ones count as one value. */
export function closedSetsOf({ labels = {} }: MetricSpec): number {
  return Object.values(labels).reduce((sets, values) => sets * (Array.isArray(values) ? values.length : 1), 1);
}

/** The labels of one instrument, as declared. */
export class LabelSets {
  readonly #labels: readonly (readonly [string, readonly string[] | null])[];
  readonly #open = new Map<string, Set<string>>();

  constructor(
    private readonly name: string,
    { labels = {} }: MetricSpec,
  ) {
    this.#labels = Object.entries(labels);
  }

  /** Every set there can be, when all lists are closed; else none is known before its first value. */
  all(): MetricLabels[] {
    if (this.#labels.some(([, values]) => values === null)) return [];
    return this.#labels.reduce<MetricLabels[]>(
      (sets, [label, values]) => sets.flatMap((set) => values!.map((value) => ({ ...set, [label]: value }))),
      [{}],
    );
  }

  /** The labels as they go on the series. Throws for what is not declared. */
  checked(given: MetricLabels = {}): MetricLabels {
    const undeclared = Object.keys(given).find((label) => this.#labels.every(([known]) => known !== label));
    if (undeclared !== undefined) throw new TypeError(`${this.name} has no label ${undeclared}`);
    return Object.fromEntries(this.#labels.map(([label, values]) => [label, this.#value(label, values, given[label])]));
  }

  #value(label: string, values: readonly string[] | null, given: unknown): string {
    if (typeof given !== 'string') throw new TypeError(`${this.name} needs its label ${label}, a text`);
    if (values === null) return this.#kept(label, given.slice(0, LONGEST_VALUE));
    if (values.includes(given)) return given;
    throw new TypeError(
      `${this.name}: label ${label} cannot be "${given.slice(0, LONGEST_VALUE)}", only ${values.join(', ')}`,
    );
  }

  #kept(label: string, value: string): string {
    const known = this.#open.get(label) ?? new Set();
    this.#open.set(label, known);
    if (known.size < MOST_OPEN_VALUES) known.add(value);
    return known.has(value) ? value : OTHER;
  }
}
