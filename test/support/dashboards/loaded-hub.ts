import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import pg from 'pg';
import { testDatabaseUrl } from '../database.js';
import { freePort } from '../free-port.js';
import { Prometheus, type Sample, type Series } from '../prometheus.js';
import { Demo } from './demo.js';
import { dashboards, panelsOf, type Target, targetsOf } from './files.js';
import { interpolate } from './interpolate.js';
import { parsePromql } from './promql.js';
import { type Counts, type Truth, truthNow } from './truth.js';

export const panels = dashboards().flatMap(panelsOf);
const titled = (title: string): Panel => panels.find((panel) => panel.title === title)!;
const targetOf = (title: string, index = 0): Target => targetsOf(titled(title))[index]!;

/** What is known of a moment when nothing ran; `at` in seconds since 1970, that of a scrape. */
interface Moment {
  readonly truth: Truth;
  readonly answers: Demo['answers'];
  readonly at: number;
}

/** A real Prometheus that scrapes a real hub, which did some work: what its panels then say. */
export class LoadedHub {
  private constructor(
    private readonly closing: readonly (() => Promise<void>)[],
    readonly demo: Demo,
    readonly prometheus: Prometheus,
    readonly sql: pg.Client,
    /** Right before and right after the load. */
    readonly before: Moment,
    readonly after: Moment,
    /** Of the load: how long callers waited for a run to be accepted, ascending. */
    readonly waited: readonly number[],
  ) {}

  static async start(rounds: number): Promise<LoadedHub> {
    const closing: (() => Promise<void>)[] = [];
    try {
      return await this.#start(rounds, closing);
    } catch (thrown) {
      await closeAll(closing);
      throw thrown;
    }
  }

  static async #start(rounds: number, closing: (() => Promise<void>)[]): Promise<LoadedHub> {
    // First, because it looks at its target after 5 s at the earliest.
    const port = await freePort();
    const prometheus = await Prometheus.start('commandcenter', `http://127.0.0.1:${port}/metrics`);
    closing.push(() => prometheus.stop());
    const database = await testDatabaseUrl();
    closing.push(() => database.drop());
    const sql = new pg.Client(database.url);
    await sql.connect();
    closing.push(() => sql.end());
    const demo = await Demo.start(database.url, port);
    closing.push(() => demo.stop());
    const now = async () => ({
      truth: await truthNow(sql),
      answers: { ...demo.answers },
      at: await prometheus.scrape(),
    });
    await demo.everyEnding();
    const [before, accepted] = [await now(), demo.waited.length];
    await demo.load(rounds);
    const waited = demo.waited.slice(accepted).sort((a, b) => a - b);
    return new LoadedHub(closing, demo, prometheus, sql, before, await now(), waited);
  }

  async stop(): Promise<void> {
    await closeAll(this.closing);
  }

  /** When the load began. */
  get since(): Date {
    return new Date(this.before.at * 1000);
  }

  /** From just before the first scrape, since a window does not hold the moment it begins with. */
  get range(): string {
    return `${Math.round((this.after.at - this.before.at) * 1000) + 500}ms`;
  }

  /** As Grafana puts it when a dashboard is opened on the time of the load: everything chosen, a step of a second. */
  ask(text: string, windows: Record<string, string> = {}): string {
    return interpolate(text, {
      ...Object.fromEntries(['job', 'instance', 'workflow', 'agent'].map((name) => [name, '.+'])),
      __interval: '1s',
      __rate_interval: '4s',
      __range: this.range,
      ...windows,
    });
  }

  /** What is drawn for a target of a panel. */
  async shown(title: string, index = 0, end = this.after.at): Promise<Series[]> {
    const { expr, instant } = targetOf(title, index);
    if (instant) {
      const samples = await this.prometheus.query(this.ask(expr), end);
      return samples.map(({ labels, value }) => ({ labels, values: [value] }));
    }
    const step = titled(title).interval === '1d' ? 86_400 : 1;
    return this.prometheus.range(this.ask(expr), Math.floor(this.before.at / step) * step, end, step);
  }

  /** One figure for the whole load, as if the reader had zoomed until its window is the range. */
  async figures(title: string, index: number): Promise<Sample[]> {
    return this.prometheus.query(this.ask(targetOf(title, index).expr, { __rate_interval: this.range }), this.after.at);
  }

  /** How much the counters of a panel's selector grew during the load, without any rate or extrapolation. */
  async growth(title: string, by: string, index = 0, selector = 0): Promise<Counts> {
    const { selectors } = parsePromql(this.ask(targetOf(title, index).expr));
    const query = `sum by (${by}) (${selectors.at(selector)!.text})`;
    const at = async (time: number) =>
      new Map((await this.prometheus.query(query, time)).map(({ labels, value }) => [labels[by]!, value]));
    const [first, last] = [await at(this.before.at), await at(this.after.at)];
    return Object.fromEntries([...last].map(([key, value]) => [key, value - (first.get(key) ?? 0)]));
  }

  /** The same from PostgreSQL. */
  grew(counts: (truth: Truth) => Counts, ...keys: string[]): number {
    const [first, last] = [counts(this.before.truth), counts(this.after.truth)];
    return keys.reduce((sum, key) => sum + (last[key] ?? 0) - (first[key] ?? 0), 0);
  }
}

/** The last that was opened first. */
async function closeAll(closing: readonly (() => Promise<void>)[]): Promise<void> {
  for (const close of closing.toReversed()) await close();
}
