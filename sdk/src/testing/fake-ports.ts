import { HubEvents, PluginMetrics, PluginStore, type PublishedEvent } from '../ports.js';
import type { MetricLabels, MetricReading } from '../metrics.js';
import type { StoreWriter } from '../queue.js';
import { FakeQueue } from './fake-queue.js';

/** What a plugin's ports do, in memory, for tests: one replica, nothing durable, and no limits held. */
export interface FakePorts {
  readonly events: FakeEvents;
  readonly queue: FakeQueue;
  readonly store: FakeStore;
  readonly metrics: FakeMetrics;
}

export function fakePorts(): FakePorts {
  const store = new FakeStore();
  return { events: new FakeEvents(), queue: new FakeQueue(store), store, metrics: new FakeMetrics() };
}

class FakeEvents extends HubEvents {
  readonly published: PublishedEvent[] = [];

  async publish(events: readonly PublishedEvent[]) {
    const known = new Set(this.published.map(({ id }) => id));
    const added = events.filter(({ id }) => !known.has(id) && known.add(id));
    this.published.push(...added);
    return { accepted: added.length, duplicate: events.length - added.length };
  }
}

class FakeStore extends PluginStore implements StoreWriter {
  /** JSON by key. */
  #records = new Map<string, string>();

  async get(key: string): Promise<unknown> {
    const json = this.#records.get(key);
    return json === undefined ? undefined : (JSON.parse(json) as unknown);
  }
  async set(key: string, value: unknown): Promise<void> {
    this.#records.set(key, JSON.stringify(value));
  }
  async delete(key: string): Promise<void> {
    this.#records.delete(key);
  }
  async list(prefix: string) {
    const keys = [...this.#records.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.slice(0, 1_000).map((key) => ({ key, value: JSON.parse(this.#records.get(key)!) as unknown }));
  }

  /** Does `work`, and undoes what it wrote when it throws. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const before = new Map(this.#records);
    try {
      return await work();
    } catch (thrown) {
      this.#records = before;
      throw thrown;
    }
  }
}

export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly labels?: MetricLabels;
}

class FakeMetrics extends PluginMetrics {
  /** Whatever was added and recorded, in order. */
  readonly measured: Measured[] = [];
  readonly #gauges = new Map<string, () => readonly MetricReading[] | Promise<readonly MetricReading[]>>();

  add(name: string, value: number, labels?: MetricLabels): void {
    this.measured.push({ name, value, ...(labels && { labels }) });
  }
  record(name: string, value: number, labels?: MetricLabels): void {
    this.add(name, value, labels);
  }
  watch(name: string, read: () => readonly MetricReading[] | Promise<readonly MetricReading[]>): void {
    this.#gauges.set(name, read);
  }

  /** Asks a gauge, as a scrape does. */
  async read(name: string): Promise<readonly MetricReading[]> {
    const read = this.#gauges.get(name);
    if (read === undefined) throw new Error(`nobody watches ${name}`);
    return read();
  }
}
