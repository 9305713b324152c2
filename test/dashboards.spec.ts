import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { parse } from 'yaml';
import { files } from '../observability/grafana/dashboards/dashboards.js';
import { dashboards, folder, generatedFiles, panelsOf, targetsOf } from './support/dashboards/files.js';
import { houseRules, linterRules, type Problem, type Rule } from './support/dashboards/lint.js';

interface Exclusion {
  readonly reason: string;
  readonly entries: readonly { dashboard: string; panel?: string; targetIdx?: number }[];
}
const { exclusions } = parse(readFileSync(join(folder, '.lint'), 'utf8')) as {
  exclusions: Record<string, Exclusion>;
};
const all: Readonly<Record<string, Exclusion>> = {
  ...exclusions,
  'known metric': {
    reason: 'Tempo makes this series out of spans, with the examples that lead to traces; the panel lives without it.',
    entries: [{ dashboard: 'Workflow Overview', panel: 'Duration percentiles', targetIdx: 3 }],
  },
};
type Entry = Exclusion['entries'][number];
const excuses = (entry: Entry, problem: Problem) =>
  entry.dashboard === problem.dashboard &&
  (entry.panel === undefined || entry.panel === problem.panel) &&
  (entry.targetIdx === undefined || entry.targetIdx === problem.targetIdx);

const rules = { ...linterRules, ...houseRules };
const problemsOf = (rule: Rule) => dashboards().flatMap(rule);

describe('the generated dashboards', () => {
  it('are what the sources say: else `npm run dashboards`', () => {
    expect(generatedFiles()).toEqual(files);
  });

  it('are the four of the contract, with its 22 panels', () => {
    const titles = Object.fromEntries(
      dashboards().map((dashboard) => [dashboard.uid, panelsOf(dashboard).map(({ title }) => title)]),
    );
    expect(titles).toEqual({
      'workflow-overview': ['Success rate', 'p95 duration', 'Active workflows', 'Workflows/min', 'Duration percentiles', 'Runs by workflow'], // prettier-ignore
      'agent-performance': ['Executions/min', 'Failure rate', 'Retry trends', 'Duration heatmap', 'Percentiles p50/p95/p99', 'Expensive agents'], // prettier-ignore
      'system-health': ['API response times p95', 'Error rates 4xx/5xx', 'DB latency p95', 'Active connections', 'Event loop lag', 'Node.js memory'], // prettier-ignore
      'cost-tracking': ['Execution minutes', 'Cost breakdown', 'Daily trends', 'Cost per workflow'],
    });
    expect(Object.values(titles).flat()).toHaveLength(22);
  });

  it.each(Object.entries(rules))('keep to: %s', (name, rule) => {
    const entries = all[name]?.entries ?? [];
    expect(problemsOf(rule).filter((problem) => !entries.some((entry) => excuses(entry, problem)))).toEqual([]);
  });

  it('need every exclusion they have', () => {
    const useless = Object.entries(all).flatMap(([name, { entries }]) => {
      const problems = problemsOf(rules[name] as Rule);
      return entries.filter((entry) => !problems.some((problem) => excuses(entry, problem)));
    });
    expect(useless).toEqual([]);
  });

  it('lead from every workflow to its runs, and to one another', () => {
    for (const dashboard of dashboards()) {
      expect(dashboard.links?.filter(({ type, tags }) => type === 'dashboards' && tags.includes('commandcenter'))).toHaveLength(1); // prettier-ignore
      expect(dashboard.tags).toContain('commandcenter');
    }
    const withLinks = dashboards()
      .flatMap(panelsOf)
      .filter((panel) => JSON.stringify(panel.fieldConfig).includes('${hub_url}/runs?workflow='))
      .map(({ title }) => title);
    expect(withLinks.sort()).toEqual(['Cost per workflow', 'Execution minutes', 'Runs by workflow']);
  });

  it('show examples of traces in one panel', () => {
    const withExamples = dashboards()
      .flatMap(panelsOf)
      .filter((panel) => targetsOf(panel).some(({ exemplar }) => exemplar));
    expect(withExamples.map(({ title }) => title)).toEqual(['Duration percentiles']);
    const [target] = targetsOf(withExamples[0]!).filter(({ exemplar }) => exemplar);
    // $__rate_interval is four times this: Tempo writes every 15 s, and a rate takes two values.
    expect(target!.interval).toBe('15s');
  });
});

/** What a rule says about System Health, which no exclusion touches, after this was done to it. */
function after(rule: Rule, fault: (dashboard: any) => void): string[] {
  const dashboard = structuredClone(dashboards().find(({ uid }) => uid === 'system-health')) as Dashboard;
  fault(dashboard);
  return rule(dashboard).map(({ says }) => says);
}

const query = (expr: string) => (dashboard: any) => (dashboard.panels[0].targets[0].expr = expr);
const asTable = (change: (panel: any) => void) => (dashboard: any) => {
  const overview = structuredClone(dashboards().find(({ uid }) => uid === 'workflow-overview')) as any;
  dashboard.panels = [overview.panels.find(({ type }: { type: string }) => type === 'table')];
  change(dashboard.panels[0]);
};

/** A fault for every rule, and what the rule says about it. */
const faults: Readonly<Record<string, readonly [fault: (dashboard: any) => void, says: RegExp]>> = {
  'template-datasource-rule': [(d) => d.templating.list.shift(), /no variable datasource/],
  'template-job-rule': [(d) => (d.templating.list[1].multi = false), /multi false, not true/],
  'template-instance-rule': [(d) => d.templating.list.splice(2, 1), /no variable instance/],
  'template-label-promql-rule': [
    (d) => (d.templating.list[1].definition = 'label_values(x{, job)'),
    /job: label_values/,
  ],
  'template-on-time-change-reload-rule': [(d) => (d.templating.list[1].refresh = 1), /job is not asked again/],
  'panel-datasource-rule': [(d) => (d.panels[0].targets[0].datasource.uid = 'prometheus'), /another data source/],
  'panel-title-description-rule': [(d) => (d.panels[0].description = ''), /no description/],
  'panel-units-rule': [(d) => delete d.panels[0].fieldConfig.defaults.unit, /no unit/],
  'panel-no-targets-rule': [(d) => (d.panels[0].targets = []), /no query/],
  'target-promql-rule': [query('sum(workflows_active'), /the end/],
  'target-rate-interval-rule': [query('rate(x_total[5m])'), /x_total over 5m/],
  'target-counter-agg-rule': [query('sum(workflow_runs_total)'), /workflow_runs_total within nothing/],
  'target-job-rule': [query('workflows_active{job="commandcenter"}'), /no job=~"\$job"/],
  'target-instance-rule': [query('workflows_active{job=~"$job"}'), /no instance=~"\$instance"/],
  'uneditable-dashboard-rule': [(d) => (d.editable = true), /can be edited/],
  'known metric': [query('workflow_active'), /workflow_active is not in names.ts/],
  'known label': [query('sum by (workflow) (workflows_active{run="1"})'), /no run\b[^]*no workflow\b/],
  'known label value': [query('workflows_active{status=~"running|asleep"}'), /status is never asleep/],
  'known label of a variable': [
    (d) => (d.templating.list[1].definition = 'label_values(workflows_active, jbo)'),
    /no jbo/,
  ],
  'legend of labels that are there': [(d) => (d.panels[0].targets[0].legendFormat = '{{route}}'), /no route/],
  'every series is told apart': [(d) => (d.panels[0].targets[0].legendFormat = '{{http_route}}'), /leaves out/],
  'empty state': [(d) => delete d.panels[0].fieldConfig.defaults.noValue, /no noValue/],
  'columns that are there': [asTable((panel) => panel.targets.pop()), /no Value #E/],
  'overrides of what is there': [
    asTable((panel) => (panel.fieldConfig.overrides[0].matcher.options = 'X')),
    /called X/,
  ],
  'grid without holes': [(d) => (d.panels[0].gridPos.x = 1), /empty[^]*two panels/],
  'unique ids and titles': [(d) => (d.panels[1].title = d.panels[0].title), /twice/],
};

describe('the rules of dashboards', () => {
  it.each(Object.entries(rules))('see a fault against: %s', (name, rule) => {
    const [fault, says] = faults[name]!;
    expect(after(rule, () => undefined)).toEqual([]);
    expect(after(rule, fault).sort().join('\n')).toMatch(says);
  });
});
