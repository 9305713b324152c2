import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { contract } from './contract.js';
import { panelsOf, type Target, targetsOf } from './files.js';
import { interpolate } from './interpolate.js';
import { type Parsed, parsePromql } from './promql.js';

export interface Problem {
  readonly dashboard: string;
  readonly panel?: string;
  readonly targetIdx?: number;
  readonly says: string;
}

export type Rule = (dashboard: Dashboard) => Problem[];

/** Stand-ins that a query is told apart by; the variables of dashboards match everything. */
const windows: Readonly<Record<string, string>> = {
  '61s': '$__rate_interval',
  '62s': '$__interval',
  '63s': '$__range',
};
const standIns = { ...Object.fromEntries(Object.entries(windows).map(([value, name]) => [name.slice(1), value])) };

function parse(dashboard: Dashboard, text: string): Parsed {
  const variables = (dashboard.templating?.list ?? []).map(({ name }) => [name, `the ${name}`]);
  try {
    return parsePromql(interpolate(text, { ...standIns, ...Object.fromEntries(variables) }));
  } catch (error) {
    return { errors: [(error as Error).message], selectors: [], resultLabels: [] };
  }
}

const onDashboard =
  (check: (dashboard: Dashboard) => string[]): Rule =>
  (dashboard) =>
    check(dashboard).map((says) => ({ dashboard: dashboard.title ?? '', says }));

const onPanel =
  (check: (panel: Panel, dashboard: Dashboard) => string[]): Rule =>
  (dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      check(panel, dashboard).map((says) => ({ dashboard: dashboard.title ?? '', panel: panel.title ?? '', says })),
    );

const onTarget =
  (check: (parsed: Parsed, target: Target, panel: Panel) => string[]): Rule =>
  (dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      targetsOf(panel).flatMap((target, targetIdx) =>
        check(parse(dashboard, target.expr), target, panel).map((says) => ({
          dashboard: dashboard.title ?? '',
          panel: panel.title ?? '',
          targetIdx,
          says,
        })),
      ),
    );

const variable = (dashboard: Dashboard, name: string) =>
  (dashboard.templating?.list ?? []).find((candidate) => candidate.name === name);

function choosesTarget(name: string, label: string): Rule {
  return onDashboard((dashboard) => {
    const found = variable(dashboard, name);
    if (!found) return [`no variable ${name}`];
    const { datasource, type, multi, allValue } = found;
    const wanted = { label, datasource: '${datasource}', type: 'query', multi: true, allValue: '.+' };
    const is: Record<string, unknown> = { label: found.label, datasource: datasource?.uid, type, multi, allValue };
    return Object.entries(wanted)
      .filter(([key, value]) => is[key] !== value)
      .map(([key, value]) => `variable ${name} has ${key} ${is[key]}, not ${value}`);
  });
}

const matches = (label: string): Rule =>
  onTarget(({ selectors }) =>
    selectors
      .filter(
        ({ matchers }) =>
          !matchers.some((one) => one.label === label && one.operator === '=~' && one.value === `the ${label}`),
      ) // prettier-ignore
      .map(({ metric }) => `${metric} has no ${label}=~"$${label}"`),
  );

const queries = (dashboard: Dashboard) => (dashboard.templating?.list ?? []).filter(({ type }) => type === 'query');
const labelValuesOf = /^label_values\((.+), (\w+)\)$/;

/** What grafana/dashboard-linter checks, under its names. */
export const linterRules: Readonly<Record<string, Rule>> = {
  'template-datasource-rule': onDashboard((dashboard) => {
    const found = variable(dashboard, 'datasource');
    const good = found?.type === 'datasource' && found.query === 'prometheus' && found.label === 'Data source';
    return good ? [] : ['no variable datasource for a Prometheus'];
  }),
  'template-job-rule': choosesTarget('job', 'Job'),
  'template-instance-rule': choosesTarget('instance', 'Instance'),
  'template-label-promql-rule': onDashboard((dashboard) =>
    queries(dashboard).flatMap(({ name, definition }) => {
      const [, series] = labelValuesOf.exec(definition ?? '') ?? [];
      return series !== undefined && parse(dashboard, series).errors.length === 0 ? [] : [`${name}: ${definition}`];
    }),
  ),
  'template-on-time-change-reload-rule': onDashboard((dashboard) =>
    queries(dashboard).flatMap(({ name, refresh }) => (Number(refresh) === 2 ? [] : [`${name} is not asked again`])),
  ),
  'panel-datasource-rule': onPanel((panel) =>
    [panel, ...targetsOf(panel)].every(({ datasource }) => datasource?.uid === '${datasource}')
      ? []
      : ['another data source'],
  ),
  'panel-title-description-rule': onPanel(({ title, description }) => [
    ...(title ? [] : ['no title']),
    ...(description ? [] : ['no description']),
  ]),
  'panel-units-rule': onPanel(({ fieldConfig }) => (fieldConfig?.defaults.unit ? [] : ['no unit'])),
  'panel-no-targets-rule': onPanel((panel) => (targetsOf(panel).length > 0 ? [] : ['no query'])),
  'target-promql-rule': onTarget(({ errors }) => [...errors]),
  'target-rate-interval-rule': onTarget(({ selectors }) =>
    selectors
      .filter(({ window }) => window !== undefined && windows[window] !== '$__rate_interval')
      .map(({ metric, window }) => `${metric} over ${windows[window ?? ''] ?? window}`),
  ),
  'target-counter-agg-rule': onTarget(({ selectors }) =>
    selectors
      .filter(({ metric }) => /_(total|bucket|sum|count)$/.test(metric))
      .filter(({ within }) => within !== 'rate' && within !== 'increase')
      .map(({ metric, within }) => `${metric} within ${within ?? 'nothing'}`),
  ),
  'target-job-rule': matches('job'),
  'target-instance-rule': matches('instance'),
  'uneditable-dashboard-rule': onDashboard(({ editable }) => (editable === false ? [] : ['can be edited'])),
};

/** What we ask beyond that. */
export const houseRules: Readonly<Record<string, Rule>> = {
  'known metric': onTarget(({ selectors }) =>
    selectors.filter(({ metric }) => !contract.has(metric)).map(({ metric }) => `${metric} is not in names.ts`),
  ),
  'known label': onTarget(({ selectors }) =>
    selectors.flatMap(({ metric, matchers, grouped }) => {
      const known = contract.get(metric)?.labels;
      const used = new Set([...matchers.map(({ label }) => label), ...grouped]);
      return known ? [...used].filter((label) => !known.has(label)).map((label) => `${metric} has no ${label}`) : [];
    }),
  ),
  'known label value': onTarget(({ selectors }) =>
    selectors.flatMap(({ metric, matchers }) =>
      matchers.flatMap(({ label, value }) => {
        const list = contract.get(metric)?.values.get(label);
        return list ? value.split('|').filter((one) => !list.includes(one)).map((one) => `${label} is never ${one}`) : []; // prettier-ignore
      }),
    ),
  ),
  'known label of a variable': onDashboard((dashboard) =>
    queries(dashboard).flatMap(({ definition }) => {
      const [, series = '', label = ''] = labelValuesOf.exec(definition ?? '') ?? [];
      const metric = parse(dashboard, series).selectors[0]?.metric ?? '';
      return contract.get(metric)?.labels.has(label) ? [] : [`${metric} has no ${label}`];
    }),
  ),
  'legend of labels that are there': onTarget(({ resultLabels }, { legendFormat = '', format }) =>
    format === 'heatmap'
      ? []
      : [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)]
          .filter(([, label]) => !resultLabels.includes(label as string))
          .map(([, label]) => `no ${label} in the result`),
  ),
  'every series is told apart': onTarget(({ resultLabels }, { legendFormat = '', format }) =>
    format === undefined && resultLabels.some((label) => !legendFormat.includes(`{{${label}}}`))
      ? [`${legendFormat} leaves out some of ${resultLabels.join(', ')}`]
      : [],
  ),
  'empty state': onPanel(({ fieldConfig }) => (fieldConfig?.defaults.noValue ? [] : ['no noValue'])),
  'columns that are there': onPanel((panel, dashboard) => {
    if (panel.type !== 'table') return [];
    const values = targetsOf(panel).map(({ refId }) => `Value #${refId}`);
    const labels = targetsOf(panel).flatMap(({ expr }) => parse(dashboard, expr).resultLabels);
    const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options as Record<string, object>;
    const shown = Object.keys(organize['renameByName'] ?? {});
    return [
      ...shown.filter((field) => !values.includes(field) && !labels.includes(field)).map((field) => `no ${field}`),
      ...[...values, ...labels].filter((field) => !shown.includes(field)).map((field) => `${field} has no title`),
    ];
  }),
  'overrides of what is there': onPanel((panel) => {
    const organize = panel.transformations?.find(({ id }) => id === 'organize')?.options as Record<string, object>;
    const titles = Object.values(organize?.['renameByName'] ?? {}) as string[];
    const closedValues = [...contract.values()].flatMap(({ values }) => [...values.values()].flat());
    const legends = targetsOf(panel).flatMap(
      ({ legendFormat = '' }) =>
      legendFormat.includes('{{') ? closedValues.map((value) => legendFormat.replace(/\{\{\w+\}\}/, value)) : [legendFormat], // prettier-ignore
    );
    return (panel.fieldConfig?.overrides ?? [])
      .filter(({ matcher }) => matcher.id === 'byName' && ![...titles, ...legends].includes(String(matcher.options)))
      .map(({ matcher }) => `nothing is called ${String(matcher.options)}`);
  }),
  'grid without holes': onDashboard((dashboard) => {
    const taken = new Map<string, number>();
    for (const { gridPos } of panelsOf(dashboard)) {
      for (let x = 0; x < (gridPos?.w ?? 0); x++) {
        for (let y = 0; y < (gridPos?.h ?? 0); y++) {
          const cell = `${x + (gridPos?.x ?? 0)},${y + (gridPos?.y ?? 0)}`;
          taken.set(cell, (taken.get(cell) ?? 0) + 1);
        }
      }
    }
    const height = Math.max(...panelsOf(dashboard).map(({ gridPos }) => (gridPos?.y ?? 0) + (gridPos?.h ?? 0)));
    const twice = [...taken].filter(([, times]) => times > 1).map(([cell]) => `two panels at ${cell}`);
    return taken.size === 24 * height ? twice : [...twice, `${24 * height - taken.size} cells are empty`];
  }),
  'unique ids and titles': onDashboard((dashboard) =>
    [panelsOf(dashboard).map(({ id }) => String(id)), panelsOf(dashboard).map(({ title }) => String(title))].flatMap(
      (names) => names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} twice`),
    ),
  ),
};
