import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { scenarios, testFiles } from '../observability/prometheus/rules-src/cases.js';
import { alerts, files, groups } from '../observability/prometheus/rules-src/rules.js';
import { instruments, seriesOf } from '../src/telemetry/names.js';
import { contract } from './support/dashboards/contract.js';
import { parsePromql } from './support/dashboards/promql.js';
import { seriesIn } from './support/rules/series-in.js';
import { outside } from './support/rules/outside.js';
import { root } from './support/stack/compose.js';

const folder = join(root, 'observability/prometheus');
const rules = Object.values(groups)
  .flat()
  .flatMap(({ rules }) => rules);
const recorded = new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])));
const nameOf = (rule: (typeof rules)[number]) => ('alert' in rule ? rule.alert : rule.record);

const lying = (part: string) =>
  new Map(
    readdirSync(join(folder, part)).map((name) => [`${part}/${name}`, readFileSync(join(folder, part, name), 'utf8')]),
  );

it('the files of rules and their tests are what the sources say: else `npm run rules`', () => {
  expect(lying('rules')).toEqual(files);
  expect(lying('tests')).toEqual(testFiles);
});

describe('every rule', () => {
  it.each(rules.map((rule) => [nameOf(rule), rule] as const))('%s asks for what there is', (_, { expr }) => {
    const { errors, selectors } = parsePromql(expr);
    expect(errors).toEqual([]);
    for (const { metric, matchers, grouped } of selectors) {
      // A selector without a name is of labels alone: those of the SDK's own overflow series.
      if (recorded.has(metric) || metric === '') continue;
      const known = contract.get(metric);
      const labels = known?.labels ?? outside.get(metric);
      expect([metric, labels]).toEqual([metric, expect.any(Set)]);
      const asked = [...matchers.map(({ label }) => label), ...grouped];
      expect(asked.filter((label) => !labels!.has(label))).toEqual([]);
      for (const { label, operator, value } of matchers) {
        const allowed = known?.values.get(label);
        const values = operator.startsWith('=') ? value.split('|') : [];
        if (allowed) expect(values.filter((one) => !allowed.includes(one))).toEqual([]);
      }
      const ours = known !== undefined || metric.startsWith('notifier_') || metric.startsWith('workflow_');
      if (ours) expect(matchers).toContainEqual({ label: 'job', operator: '=', value: 'commandcenter' });
    }
  });

  it('that uses a recorded series stands behind it in the same group', () => {
    for (const group of Object.values(groups).flat()) {
      const before = new Set<string>();
      for (const rule of group.rules) {
        const used = parsePromql(rule.expr).selectors.map(({ metric }) => metric);
        // A series that uses itself remembers what it was.
        if ('record' in rule) before.add(rule.record);
        expect(used.filter((metric) => recorded.has(metric) && !before.has(metric))).toEqual([]);
      }
    }
  });
});

describe('every alert', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))('%s says what a message needs', (name, alert) => {
    expect(name).toMatch(/^([A-Z][a-z]+)+$/);
    expect(['critical', 'warning', 'ticket']).toContain(alert.labels['severity']);
    for (const annotation of ['summary', 'description', 'runbook_url', 'dashboard_url']) {
      expect(alert.annotations[annotation]).toEqual(expect.stringMatching(/\S/));
    }
    // A value in the summary would make every evaluation look like another alert to a reader.
    expect(alert.annotations['summary']).not.toContain('$value');
    if (alert.annotations['value'] !== undefined) expect(alert.annotations).toHaveProperty('threshold');
    const used = Object.values(alert.annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)]);
    const there = alert.expr;
    expect(used.map(([, label]) => label!).filter((label) => !there.includes(label) && !bare(alert.expr))).toEqual([]);
    const uid = /\/d\/([\w-]+)$/.exec(alert.annotations['dashboard_url']!)![1]!;
    expect(readdirSync(join(root, 'observability/grafana/dashboards/generated'))).toContain(`${uid}.json`);
  });

  it('that says somebody is to be called says so within seconds', () => {
    const seconds = (text = '0s') => Number(/^(\d+)s$/.exec(text)?.[1] ?? Number.NaN);
    for (const group of Object.values(groups).flat()) {
      for (const rule of group.rules) {
        if (!('alert' in rule) || rule.labels['severity'] !== 'critical') continue;
        expect([rule.alert, seconds(group.interval) + seconds(rule.for) <= 35]).toEqual([rule.alert, true]);
      }
    }
  });
});

/** Its result has the labels of the series: nothing is put together. */
const bare = (expr: string) => !/\b(sum|max|min|count|avg)\b/.test(expr) || expr.startsWith('up{');

describe(`the ${
  Object.values(scenarios)
    .flat()
    .flatMap(({ checks }) => checks).length
} cases of promtool`, () => {
  const kinds = (name: string) =>
    new Set(
      Object.values(scenarios)
        .flat()
        .filter(({ alert }) => alert === name)
        .flatMap(({ checks }) => checks.map(({ kind }) => kind)),
    );

  it.each(alerts.map(({ alert }) => alert))('%s fires, does not fire, and resolves', (name) => {
    // The watchdog never stops; that it is the only one is part of the test.
    if (name === 'Watchdog') expect([...kinds(name)]).toEqual(['fires']);
    else expect([...kinds(name)]).toEqual(expect.arrayContaining(['fires', 'quiet', 'resolves']));
  });

  it('know what becomes of every alert without traffic', () => {
    // Without any hub HubDown fires: that is its case.
    const without = alerts.map(({ alert }) => alert).filter((name) => !kinds(name).has('no traffic'));
    expect(without).toEqual(['HubDown', 'Watchdog']);
  });

  it('mean what their kind says', () => {
    for (const { checks } of Object.values(scenarios).flat()) {
      for (const { kind, firing = [] } of checks) {
        if (kind === 'fires') expect(firing.length).toBeGreaterThan(0);
        else if (kind !== 'born') expect(firing).toEqual([]);
      }
    }
  });

  it('are in the files that promtool reads', () => {
    for (const [name, all] of Object.entries(scenarios)) {
      const { tests } = parse(testFiles.get(`tests/${name}.yml`)!) as { tests: { alert_rule_test: unknown[] }[] };
      expect(tests.map(({ alert_rule_test }) => alert_rule_test.length)).toEqual(
        all.map(({ checks }) => checks.length),
      );
    }
  });
});

describe('the series that cases make up', () => {
  const made = new Set(Object.values(scenarios).flat().flatMap(({ series }) => Object.keys(series))); // prettier-ignore
  // Where label sets overflow the SDK prints one series with a label of its own instead.
  const ours = [...made].map(seriesIn).filter(({ name, labels }) => contract.has(name) && !('otel_metric_overflow' in labels)); // prettier-ignore
  const own = new Set(Object.values(instruments).flatMap(seriesOf));

  it('have the labels that a hub prints, and values that there are', () => {
    expect(ours.filter(({ name }) => own.has(name)).length).toBeGreaterThan(30);
    for (const { name, labels } of ours) {
      const known = contract.get(name)!;
      const keys = Object.keys(labels);
      // Of the instrumentations some labels come with some requests.
      const should = own.has(name) ? [...known.labels] : keys.filter((key) => known.labels.has(key));
      expect([name, keys.sort()]).toEqual([name, should.sort()]);
      for (const [label, values] of known.values) expect(values).toContain(labels[label]);
    }
  });
});
