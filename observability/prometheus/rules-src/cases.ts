import { agents } from './cases/agents.ts';
import type { Check, Scenario } from './cases/case.ts';
import { http } from './cases/http.ts';
import { hub } from './cases/hub.ts';
import { notifier } from './cases/notifier.ts';
import { slo } from './cases/slo.ts';
import { telemetry } from './cases/telemetry.ts';
import { work } from './cases/work.ts';
import { workflows } from './cases/workflows.ts';
import type { AlertRule } from './rule.ts';
import { alerts, groups, written } from './rules.ts';

/** By the name of the file of the rules they try. */
export const scenarios: Readonly<Record<string, readonly Scenario[]>> = {
  workflows,
  work,
  http,
  agents,
  hub,
  notifier,
  telemetry,
  slo,
};

type Firing = NonNullable<Check['firing']>[number];

/** An annotation as Prometheus fills it in. What becomes of `$value` the case says. */
function filled(text: string, labels: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? '');
}

function expected(alert: string, { labels = {}, value, budgetLeft }: Firing) {
  const rule = ruleOf(alert, labels);
  const all = { ...labels, ...rule.labels };
  const annotations = Object.entries(rule.annotations).map(([name, text]) => {
    if (name === 'slo_budget_left') return [name, budgetLeft ?? ''];
    if (!text.includes('$value')) return [name, filled(text, all)];
    if (value === undefined) throw new Error(`${rule.alert}: the case does not say what becomes of ${text}`);
    return [name, value];
  });
  const { __name__: _, ...carried } = all as Record<string, string>;
  return { exp_labels: carried, exp_annotations: Object.fromEntries(annotations) as Record<string, string> };
}

/** Objectives share the names of their alerts; there the case says whose, and of which window. */
function ruleOf(name: string, labels: Readonly<Record<string, string>>): AlertRule {
  const own = ({ labels: its }: AlertRule) =>
    ['slo', 'window'].every((key) => its[key] === undefined || its[key] === labels[key]);
  const rule = alerts.find((candidate) => candidate.alert === name && own(candidate));
  if (rule === undefined) throw new Error(`there is no alert ${name} ${JSON.stringify(labels)}`);
  return rule;
}

function testOf({ alert, says, series, every = '5s', checks }: Scenario) {
  return {
    name: `${alert}: ${says}`,
    interval: every,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: checks.map(({ at, firing = [] }) => ({
      eval_time: at,
      alertname: alert,
      exp_alerts: firing.map((one) => expected(alert, one)),
    })),
  };
}

/** Name and text of every file of promtool's tests. */
export const testFiles: ReadonlyMap<string, string> = new Map(
  Object.entries(scenarios).map(([name, all]) => [
    `tests/${name}.yml`,
    written({
      rule_files: [`../rules/${name}.yml`],
      // Rules of objectives reckon with the interval of their groups.
      evaluation_interval: name === 'slo' ? '30s' : '5s',
      group_eval_order: groups[name]!.map((group) => group.name),
      tests: all.map(testOf),
    }),
  ]),
);
