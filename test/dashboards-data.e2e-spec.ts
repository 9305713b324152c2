import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import Table from 'cli-table3';
import pg from 'pg';
import { instruments } from '../src/telemetry/names.js';
import { testDatabaseUrl } from './support/database.js';
import { contract } from './support/dashboards/contract.js';
import { Demo } from './support/dashboards/demo.js';
import { dashboards, panelsOf, type Target, targetsOf } from './support/dashboards/files.js';
import { interpolate } from './support/dashboards/interpolate.js';
import { parsePromql } from './support/dashboards/promql.js';
import { attemptSeconds, type Counts, runSeconds, type Truth, truthNow } from './support/dashboards/truth.js';
import { Prometheus, prometheusOnPath, type Sample, type Series } from './support/prometheus.js';

const panels = dashboards().flatMap(panelsOf);
const titled = (title: string): Panel => panels.find((panel) => panel.title === title)!;
const targetOf = (title: string, index = 0): Target => targetsOf(titled(title))[index]!;

/** Narrow and without colour: it stands in the log of CI. */
const plain = { style: { head: [], border: [], compact: true } };

const suite = prometheusOnPath ? describe : describe.skip;

suite(
  `the panels on what a real Prometheus scraped${prometheusOnPath ? '' : ' (there is no prometheus on the PATH)'}`,
  () => {
    let database: { url: string; drop: () => Promise<void> };
    let sql: pg.Client;
    let demo: Demo;
    let prometheus: Prometheus;
    /** Scrapes right before and right after the load, while nothing ran; seconds since 1970. */
    let start: number;
    let end: number;
    let beforeLoad: number;
    let before: Truth;
    let after: Truth;
    const shown = new Table({ ...plain, head: ['panel', 'series', 'a value'] });
    const compared = new Table({ ...plain, head: ['panel', 'of', 'Prometheus', 'PostgreSQL'] });
    const quantiles = new Table({ ...plain, head: ['panel', 'of', 'says, s', 'exact, s'] });

    beforeAll(async () => {
      database = await testDatabaseUrl();
      sql = new pg.Client(database.url);
      await sql.connect();
      demo = await Demo.start(database.url);
      prometheus = await Prometheus.start('commandcenter', demo.metricsUrl);
      await demo.everyEnding();
      [before, start] = [await truthNow(sql), await prometheus.scrape()];
      beforeLoad = demo.waited.length;
      await demo.load(6);
      [after, end] = [await truthNow(sql), await prometheus.scrape()];
    }, 180_000);

    afterAll(async () => {
      await prometheus?.stop();
      await demo?.stop();
      await sql?.end();
      await database?.drop();
      process.stdout.write(`${[shown, compared, quantiles].map(String).join('\n')}\n`);
    });

    /** What Grafana puts in when a dashboard is opened on the time of the load: everything chosen, a step of a second. */
    const opened = (windows: Record<string, string> = {}) => ({
      ...Object.fromEntries(['job', 'instance', 'workflow', 'agent'].map((name) => [name, '.+'])),
      __interval: '1s',
      __rate_interval: '4s',
      __range: range(),
      ...windows,
    });
    /** From just before the first scrape, since a window does not hold the moment it begins with. */
    const range = () => `${Math.round((end - start) * 1000) + 500}ms`;

    async function answer(panel: Panel, target: Target): Promise<Series[]> {
      const query = interpolate(target.expr, opened());
      if (target.instant) {
        const samples = await prometheus.query(query, end);
        return samples.map(({ labels, value }) => ({ labels, values: [value] }));
      }
      const step = panel.interval === '1d' ? 86_400 : 1;
      return prometheus.range(query, Math.floor(start / step) * step, end, step);
    }

    it.each(panels.map((panel): [string, Panel] => [panel.title!, panel]))('%s shows data', async (title, panel) => {
      const answered: Series[] = [];
      for (const target of targetsOf(panel)) {
        const { selectors } = parsePromql(interpolate(target.expr, opened()));
        // Made by Tempo, which is not here; the panel is to live without it.
        if (selectors.some(({ metric }) => !contract.has(metric))) continue;
        const series = await answer(panel, target);
        expect({ target: target.refId, series: series.length }).not.toEqual({ target: target.refId, series: 0 });
        expect(series.filter(({ values }) => values.length === 0 || !values.every(Number.isFinite))).toEqual([]);
        answered.push(...series);
      }
      const last = answered.map(({ labels, values }) => ({ labels, value: values.at(-1)! }));
      const telling = last.find(({ value }) => value > 0) ?? last[0]!;
      shown.push([title, answered.length, `${JSON.stringify(telling.labels)} ${Number(telling.value.toPrecision(4))}`]);
    });

    it('offers every value its variables have', async () => {
      const values: Record<string, string[]> = {};
      for (const { name, definition } of dashboards().flatMap(({ templating }) => templating?.list ?? [])) {
        const [, match, label] = /^label_values\((.+), (\w+)\)$/.exec(definition ?? '') ?? [];
        if (match && label) values[name] = await prometheus.labelValues(label, interpolate(match, opened()));
      }
      expect(values).toEqual({
        job: ['commandcenter'],
        instance: [new URL(demo.metricsUrl).host],
        workflow: ['exports', 'orders', 'payments', 'reports', 'returns'],
        agent: ['bank', 'shop', 'transform'],
      });
    });

    /** How much the counters of a panel's selector grew during the load, without any rate or extrapolation. */
    async function growth(title: string, by: string, index = 0, selector = 0): Promise<Counts> {
      const { selectors } = parsePromql(interpolate(targetOf(title, index).expr, opened()));
      const query = `sum by (${by}) (${selectors.at(selector)!.text})`;
      const at = async (time: number) =>
        new Map((await prometheus.query(query, time)).map(({ labels, value }: Sample) => [labels[by]!, value]));
      const [first, last] = [await at(start), await at(end)];
      return Object.fromEntries([...last].map(([key, value]) => [key, value - (first.get(key) ?? 0)]));
    }

    const grew = (counts: (truth: Truth) => Counts) => (key: string) =>
      (counts(after)[key] ?? 0) - (counts(before)[key] ?? 0);
    const runs = grew((truth) => truth.runs);
    const attempts = grew((truth) => truth.attempts);
    const seconds = grew((truth) => truth.activeSeconds);
    const total = (count: (key: string) => number, ...keys: string[]) => keys.reduce((sum, key) => sum + count(key), 0);

    const workflows = ['orders', 'payments', 'returns', 'reports', 'exports'];
    const agents = ['shop', 'bank', 'transform'];
    const statuses = ['succeeded', 'failed', 'timed_out', 'cancelled'];
    const each = (names: string[], ...of: string[]) => names.flatMap((name) => of.map((status) => `${name} ${status}`));

    function expectSame(title: string, of: string, measured: number, truth: number): void {
      compared.push([title, of, Number(measured.toPrecision(5)), Number(truth.toPrecision(5))]);
      const within = Math.abs(measured - truth) <= 0.02 * truth;
      expect({ of, measured, truth, within }).toMatchObject({ within: true });
    }

    it('counts what PostgreSQL counts: Workflows/min', async () => {
      const grown = await growth('Workflows/min', 'status');
      for (const status of ['succeeded', 'failed', 'cancelled']) {
        expectSame('Workflows/min', status, grown[status]!, total(runs, ...each(workflows, status)));
      }
    });

    it('counts what PostgreSQL counts: Success rate', async () => {
      const [good, all] = [await growth('Success rate', 'job'), await growth('Success rate', 'job', 0, 1)];
      const truth =
        total(runs, ...each(workflows, 'succeeded')) / total(runs, ...each(workflows, 'succeeded', 'failed'));
      const measured = good['commandcenter']! / all['commandcenter']!;
      expectSame('Success rate', 'counters', measured, truth);
      const [panel] = await answer(titled('Success rate'), targetOf('Success rate'));
      expectSame('Success rate', 'the panel', panel!.values[0]!, truth);
    });

    it('counts what PostgreSQL counts: Runs by workflow', async () => {
      for (const [index, status] of ['succeeded', 'failed', 'cancelled'].entries()) {
        const grown = await growth('Runs by workflow', 'workflow_id', index);
        for (const workflow of workflows.filter((id) => runs(`${id} ${status}`) > 0)) {
          expectSame('Runs by workflow', `${workflow} ${status}`, grown[workflow]!, runs(`${workflow} ${status}`));
        }
        expect(Object.values(grown).reduce((sum, one) => sum + one, 0)).toBe(total(runs, ...each(workflows, status)));
      }
    });

    it('counts what PostgreSQL counts: Executions/min', async () => {
      const grown = await growth('Executions/min', 'agent_id');
      for (const agent of agents) {
        expectSame('Executions/min', agent, grown[agent]!, total(attempts, ...each([agent], ...statuses)));
      }
    });

    it('counts what PostgreSQL counts: Failure rate', async () => {
      const [bad, all] = [await growth('Failure rate', 'agent_id'), await growth('Failure rate', 'agent_id', 0, -1)];
      for (const agent of ['shop', 'bank']) {
        const counted = total(attempts, ...each([agent], 'succeeded', 'failed', 'timed_out'));
        const truth = total(attempts, ...each([agent], 'failed', 'timed_out')) / counted;
        expectSame('Failure rate', agent, bad[agent]! / all[agent]!, truth);
      }
      expect(bad['transform']).toBe(0);
    });

    it('counts what PostgreSQL counts: Execution minutes', async () => {
      const grown = await growth('Execution minutes', 'workflow_id');
      for (const workflow of workflows) {
        expectSame('Execution minutes', workflow, grown[workflow]! / 60, seconds(workflow) / 60);
      }
    });

    /** One figure for the whole load, as if the reader had zoomed until its window is the range. */
    async function figures(title: string, index: number): Promise<Sample[]> {
      return prometheus.query(interpolate(targetOf(title, index).expr, opened({ __rate_interval: range() })), end);
    }

    const bucket = (bounds: readonly number[], value: number) => {
      const index = bounds.findIndex((bound) => value <= bound);
      return index < 0 ? bounds.length : index;
    };

    /** The bucket the panel names holds the exact quantile, give or take 2 % of the rank. */
    function expectQuantile(
      title: string,
      of: string,
      q: number,
      said: number,
      exact: number[],
      bounds: readonly number[],
    ) {
      const ranked = (rank: number) => exact[Math.min(exact.length, Math.max(1, Math.ceil(rank * exact.length))) - 1]!;
      quantiles.push([title, of, Number(said.toPrecision(4)), Number(ranked(q).toPrecision(4))]);
      const [lowest, highest] = [bucket(bounds, ranked(q - 0.02)), bucket(bounds, ranked(q + 0.02))];
      const named = bucket(bounds, said);
      expect({ of, said, named, holds: lowest <= named && named <= highest, exact: ranked(q) }).toMatchObject({
        holds: true,
      });
    }

    it.each([
      ['p95 duration', [0.95]],
      ['Duration percentiles', [0.5, 0.95, 0.99]],
    ])('names the bucket of the exact quantile: %s', async (title, all) => {
      const exact = await runSeconds(sql, new Date(start * 1000));
      for (const [index, q] of all.entries()) {
        const [figure] = await figures(title, index);
        expectQuantile(title, `p${q * 100}`, q, figure!.value, exact, instruments.workflowDuration.boundaries);
      }
    });

    it('names the bucket of the exact quantile: Runs by workflow', async () => {
      const found = await figures('Runs by workflow', 4);
      expect(found.map(({ labels }) => labels['workflow_id']).sort()).toEqual([
        'orders',
        'payments',
        'reports',
        'returns',
      ]);
      for (const { labels, value } of found) {
        const workflow = labels['workflow_id']!;
        const exact = await runSeconds(sql, new Date(start * 1000), workflow);
        expectQuantile(
          'Runs by workflow',
          `${workflow} p95`,
          0.95,
          value,
          exact,
          instruments.workflowDuration.boundaries,
        );
      }
    });

    it('names the bucket of the exact quantile: Percentiles p50/p95/p99', async () => {
      const title = 'Percentiles p50/p95/p99';
      const exact = await attemptSeconds(sql, new Date(start * 1000));
      for (const [index, q] of [0.5, 0.95, 0.99].entries()) {
        const [figure] = await figures(title, index);
        expectQuantile(title, `p${q * 100}`, q, figure!.value, exact, instruments.agentDuration.boundaries);
      }
    });

    it('names no slower bucket than callers saw: API response times p95', async () => {
      const route = '/api/v1/workflows/:id/runs';
      const found = await figures('API response times p95', 0);
      const said = found.find(({ labels }) => labels['http_route'] === route)!.value;
      const les = await prometheus.labelValues('le', `http_server_request_duration_bucket{http_route="${route}"}`);
      const bounds = les.map(Number).filter(Number.isFinite).sort((a, b) => a - b); // prettier-ignore
      // No table keeps single requests. Every answer took its caller longer than the hub, and so did 95 of 100.
      const waited = demo.waited.slice(beforeLoad).sort((a, b) => a - b);
      const p95 = waited[Math.ceil(0.95 * waited.length) - 1]!;
      quantiles.push([
        'API response times p95',
        'starts (callers)',
        Number(said.toPrecision(4)),
        Number(p95.toPrecision(4)),
      ]);
      expect(bucket(bounds, said)).toBeLessThanOrEqual(bucket(bounds, p95));
    });
  },
);
