import { instruments } from '../src/telemetry/names.js';
import { contract } from './support/dashboards/contract.js';
import { Figures } from './support/dashboards/figures.js';
import { dashboards, targetsOf } from './support/dashboards/files.js';
import { LoadedHub, panels } from './support/dashboards/loaded-hub.js';
import { parsePromql } from './support/dashboards/promql.js';
import { attemptSeconds, type Truth, runSeconds } from './support/dashboards/truth.js';
import { prometheusOnPath, type Series } from './support/prometheus.js';

const workflows = ['orders', 'payments', 'returns', 'reports', 'exports'];
const agents = ['shop', 'bank', 'transform'];
const statuses = ['succeeded', 'failed', 'timed_out', 'cancelled'];
const each = (names: string[], ...of: string[]) => names.flatMap((name) => of.map((status) => `${name} ${status}`));

const runs = (truth: Truth) => truth.runs;
const attempts = (truth: Truth) => truth.attempts;
const seconds = (truth: Truth) => truth.activeSeconds;

const suite = prometheusOnPath ? describe : describe.skip;
const why = prometheusOnPath ? '' : ' (there is no prometheus on the PATH)';

suite(`the panels on what a real Prometheus scraped${why}`, () => {
  const figures = new Figures();
  let hub: LoadedHub;

  beforeAll(async () => {
    hub = await LoadedHub.start(4);
  }, 180_000);

  afterAll(async () => {
    await hub?.stop();
    process.stdout.write(`${String(figures)}\n`);
  });

  it.each(panels.map(({ title }) => title!))('%s shows data', async (title) => {
    const shown: Series[] = [];
    for (const [index, target] of targetsOf(panels.find((panel) => panel.title === title)!).entries()) {
      const { selectors } = parsePromql(hub.ask(target.expr));
      // Made by Tempo, which is not here; the panel is to live without it.
      if (selectors.some(({ metric }) => !contract.has(metric))) continue;
      const series = await hub.shown(title, index);
      expect({ target: target.refId, series: series.length }).not.toEqual({ target: target.refId, series: 0 });
      expect(series.filter(({ values }) => values.length === 0 || !values.every(Number.isFinite))).toEqual([]);
      shown.push(...series);
    }
    const last = shown.map(({ labels, values }) => ({ labels, value: values.at(-1)! }));
    const telling = last.find(({ value }) => value > 0) ?? last[0]!;
    figures.show(title, shown.length, telling.labels, telling.value);
  });

  it('offers every value its variables have', async () => {
    const values: Record<string, string[]> = {};
    for (const { name, definition } of dashboards().flatMap(({ templating }) => templating?.list ?? [])) {
      const [, match, label] = /^label_values\((.+), (\w+)\)$/.exec(definition ?? '') ?? [];
      if (match && label) values[name] = await hub.prometheus.labelValues(label, hub.ask(match));
    }
    expect(values).toEqual({
      job: ['commandcenter'],
      instance: [new URL(hub.demo.metricsUrl).host],
      workflow: ['exports', 'orders', 'payments', 'reports', 'returns'],
      agent: ['bank', 'shop', 'transform'],
    });
  });

  it('tells journal and starts from other statements: DB latency p95', async () => {
    const operations = (await hub.shown('DB latency p95')).map(({ labels }) => labels['db_operation_name']);
    expect(operations).toEqual(expect.arrayContaining(['journal', 'start', 'WITH', 'SELECT']));
    expect(operations.filter((name) => name!.includes('/*'))).toEqual([]);
  });

  describe('count what PostgreSQL counts:', () => {
    it('Workflows/min', async () => {
      const grown = await hub.growth('Workflows/min', 'status');
      for (const status of ['succeeded', 'failed', 'cancelled']) {
        figures.expectSame('Workflows/min', status, grown[status]!, hub.grew(runs, ...each(workflows, status)));
      }
    });

    it('Success rate', async () => {
      const [good, all] = [await hub.growth('Success rate', 'job'), await hub.growth('Success rate', 'job', 0, 1)];
      const truth =
        hub.grew(runs, ...each(workflows, 'succeeded')) / hub.grew(runs, ...each(workflows, 'succeeded', 'failed'));
      figures.expectSame('Success rate', 'counters', good['commandcenter']! / all['commandcenter']!, truth);
      const [panel] = await hub.shown('Success rate');
      figures.expectSame('Success rate', 'the panel', panel!.values[0]!, truth);
    });

    it('Runs by workflow', async () => {
      for (const [index, status] of ['succeeded', 'failed', 'cancelled'].entries()) {
        const grown = await hub.growth('Runs by workflow', 'workflow_id', index);
        for (const id of workflows.filter((workflow) => hub.grew(runs, `${workflow} ${status}`) > 0)) {
          figures.expectSame('Runs by workflow', `${id} ${status}`, grown[id]!, hub.grew(runs, `${id} ${status}`));
        }
        const sum = Object.values(grown).reduce((total, one) => total + one, 0);
        expect(sum).toBe(hub.grew(runs, ...each(workflows, status)));
      }
    });

    it('Executions/min', async () => {
      const grown = await hub.growth('Executions/min', 'agent_id');
      for (const agent of agents) {
        figures.expectSame('Executions/min', agent, grown[agent]!, hub.grew(attempts, ...each([agent], ...statuses)));
      }
    });

    it('Failure rate', async () => {
      const [bad, all] = [
        await hub.growth('Failure rate', 'agent_id'),
        await hub.growth('Failure rate', 'agent_id', 0, -1),
      ];
      for (const agent of ['shop', 'bank']) {
        const counted = hub.grew(attempts, ...each([agent], 'succeeded', 'failed', 'timed_out'));
        const truth = hub.grew(attempts, ...each([agent], 'failed', 'timed_out')) / counted;
        figures.expectSame('Failure rate', agent, bad[agent]! / all[agent]!, truth);
      }
      expect(bad['transform']).toBe(0);
    });

    it('Execution minutes', async () => {
      const grown = await hub.growth('Execution minutes', 'workflow_id');
      for (const workflow of workflows) {
        figures.expectSame('Execution minutes', workflow, grown[workflow]! / 60, hub.grew(seconds, workflow) / 60);
      }
    });
  });

  it('counts what programs were answered, and no pages: Error rates 4xx/5xx', async () => {
    const title = 'Error rates 4xx/5xx';
    const { before, after } = hub;
    const [refused, all] = [await hub.growth(title, 'job'), await hub.growth(title, 'job', 0, -1)];
    figures.expectSame(title, 'all', all['commandcenter']!, after.answers.all - before.answers.all);
    figures.expectSame(title, '4xx', refused['commandcenter']!, after.answers.refused - before.answers.refused);
  });

  describe('name the bucket of the exact quantile:', () => {
    it.each([
      ['p95 duration', [0.95]],
      ['Duration percentiles', [0.5, 0.95, 0.99]],
    ])('%s', async (title, all) => {
      const exact = await runSeconds(hub.sql, hub.since);
      for (const [index, q] of all.entries()) {
        const [figure] = await hub.figures(title, index);
        const { boundaries } = instruments.workflowDuration;
        figures.expectQuantile(title, `p${q * 100}`, q, figure!.value, exact, boundaries);
      }
    });

    it('Runs by workflow', async () => {
      const title = 'Runs by workflow';
      const found = await hub.figures(title, 4);
      const ids = found.map(({ labels }) => labels['workflow_id']!);
      expect(ids.sort()).toEqual(['orders', 'payments', 'reports', 'returns']);
      for (const { labels, value } of found) {
        const exact = await runSeconds(hub.sql, hub.since, labels['workflow_id']);
        const { boundaries } = instruments.workflowDuration;
        figures.expectQuantile(title, `${labels['workflow_id']} p95`, 0.95, value, exact, boundaries);
      }
    });

    it('Percentiles p50/p95/p99', async () => {
      const title = 'Percentiles p50/p95/p99';
      const exact = await attemptSeconds(hub.sql, hub.since);
      for (const [index, q] of [0.5, 0.95, 0.99].entries()) {
        const [figure] = await hub.figures(title, index);
        figures.expectQuantile(title, `p${q * 100}`, q, figure!.value, exact, instruments.agentDuration.boundaries);
      }
    });
  });

  it('names no slower bucket than callers saw: API response times p95', async () => {
    const title = 'API response times p95';
    const route = '/api/v1/workflows/:id/runs';
    const said = (await hub.figures(title, 0)).find(({ labels }) => labels['http_route'] === route)!.value;
    const series = `http_server_request_duration_bucket{http_route="${route}"}`;
    const les = (await hub.prometheus.labelValues('le', series)).map(Number);
    const bounds = les.filter(Number.isFinite).sort((a, b) => a - b);
    // No table keeps single requests.
    figures.expectNoSlower(title, 'starts (callers)', 0.95, said, hub.waited, bounds);
  });

  it('show nothing of a hub that died, instead of its last figure: Active workflows', async () => {
    await hub.demo.die();
    expect(await hub.shown('Active workflows', 0, await hub.prometheus.scrape(false))).toEqual([]);
  });
});
