import { parse } from 'yaml';
import { burnRateGroup } from './burn-rate.js';
import { groupOf, rulesText, type WorkflowSlo } from './workflow-rules.js';

const success: WorkflowSlo = { kind: 'success', workflow: 'pay', slo: 'pay-success', objective: 0.995, days: 30 };
const duration: WorkflowSlo = {
  kind: 'duration',
  workflow: 'pay',
  slo: 'pay-duration',
  objective: 0.95,
  days: 30,
  limitSeconds: 30,
};
const alertsOf = (slo: WorkflowSlo) => groupOf(slo).rules.filter((rule) => 'alert' in rule);

it('gives the same text in whatever order the SLOs come, and it is YAML without references', () => {
  const text = rulesText([success, duration]);
  expect(rulesText([duration, success])).toBe(text);
  expect(text).not.toMatch(/[&*]a\d/);
  expect(parse(text)).toEqual({ groups: [groupOf(duration), groupOf(success)] });
});

it('alerts in the windows of the workbook, at the thresholds of the objective', () => {
  expect(
    alertsOf(success).map(({ labels, expr }) => [labels['severity'], labels['window'], /> ([\d.]+)/.exec(expr)![1]]),
  ).toEqual([
    ['critical', '1h', '0.072'],
    ['critical', '6h', '0.03'],
    ['ticket', '1d', '0.015'],
    ['ticket', '3d', '0.005'],
  ]);
});

it('leaves out what cannot fire, and what looks back further than the window', () => {
  const windows = (slo: WorkflowSlo) => alertsOf(slo).map(({ labels }) => labels['window']);
  expect(windows({ ...duration, objective: 0.9 })).toEqual(['6h', '1d', '3d']);
  expect(windows({ ...duration, objective: 0.5 })).toEqual(['3d']);
  expect(windows({ ...success, days: 1 })).toEqual(['1h', '6h', '1d']);
});

it.each([
  [30, 'le="30.0"'],
  [0.5, 'le="0.5"'],
  [14400, 'le="14400.0"'],
])('asks for the bucket of %d s as Prometheus stores it', (limitSeconds, matcher) => {
  expect(rulesText([{ ...duration, limitSeconds }])).toContain(matcher);
});

it('says what the notifier and people read', () => {
  const [{ labels, annotations }] = alertsOf(success) as [ReturnType<typeof alertsOf>[number]];
  expect(labels).toEqual({ severity: 'critical', slo: 'pay-success', workflow_id: 'pay', window: '1h' });
  expect(annotations).toMatchObject({
    threshold: '7.2% over 1h (14.4 x 0.5%)',
    runbook_url: expect.stringMatching(/\/docs\/runbooks\/slo-error-budget-burn-fast\.md$/) as string,
    dashboard_url: expect.stringContaining('/d/workflow-overview') as string,
  });
});

it('has no workflow in an SLO of the whole hub', () => {
  const about = { count: () => '1', errorRatio: () => '0', summary: 's', description: 'd', runbook: String };
  const { rules } = burnRateGroup({ name: 'x', slo: 'x', objective: 0.99, dashboard: 'd', ...about });
  for (const { labels } of rules) expect(labels).not.toHaveProperty('workflow_id');
});
