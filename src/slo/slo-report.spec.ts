import type { Sample } from './prometheus-samples.js';
import { reportOf } from './slo-report.js';
import type { WorkflowSlo } from './workflow-rules.js';

const slo: WorkflowSlo = { kind: 'success', workflow: 'pay', slo: 'pay-success', objective: 0.99, days: 30 };
const at = new Date('2026-11-23T12:00:00Z');
const sample = (name: string, value: number, labels: Record<string, string> = {}): Sample => ({
  labels: { __name__: name, slo: 'pay-success', workflow_id: 'pay', ...labels },
  at,
  value,
});
const left = (value: number, window = '30d') => sample('slo:error_budget_remaining:ratio', value, { window });
const firing = sample('ALERTS', 1, { alertname: 'SloErrorBudgetBurnFast', alertstate: 'firing' });

it('reckons the errors from what is left, and the burn rates from the ratios', () => {
  const ratios = [sample('slo:error_ratio:rate5m', 0.144), sample('slo:error_ratio:rate3d', 0.005)];
  expect(reportOf(slo, [left(0.6), ...ratios])).toEqual({
    slo,
    state: 'ok',
    budget: { remaining: 0.6, errorRatio: 0.004, at },
    burnRates: { '5m': 14.4, '3d': 0.5 },
    reason: null,
  });
});

it.each([
  ['ok', [left(1)], 1, 0],
  ['ok', [left(0.000_001)], 0.000_001, 0.01],
  ['exhausted', [left(0)], 0, 0.01],
  ['exhausted', [left(-0.5)], -0.5, 0.015],
  ['burning', [left(0.9), firing], 0.9, 0.001],
  ['burning', [left(-0.5), firing], -0.5, 0.015],
  ['ok', [left(0.9), sample('ALERTS', 1, { alertstate: 'pending' })], 0.9, 0.001],
])('is %s', (state, samples, remaining, errorRatio) => {
  expect(reportOf(slo, samples)).toMatchObject({ state, budget: { remaining, errorRatio }, reason: null });
});

it('knows its own series only: not those of another SLO, workflow or window', () => {
  const others = [
    left(0.1, '7d'),
    { ...left(0.2), labels: { ...left(0.2).labels, slo: 'pay-duration' } },
    { ...firing, labels: { ...firing.labels, workflow_id: 'pay-2' } },
  ];
  expect(reportOf(slo, others)).toMatchObject({ state: 'unknown', budget: null, burnRates: {} });
  expect(reportOf(slo, [...others, left(0.7)])).toMatchObject({ state: 'ok', budget: { remaining: 0.7 } });
});

it('without a budget says why, and still how fast it burned', () => {
  expect(reportOf(slo, [sample('slo:error_ratio:rate1h', 0.02)])).toEqual({
    slo,
    state: 'unknown',
    budget: null,
    burnRates: { '1h': 2 },
    reason: expect.stringMatching(/^no runs in the window/) as string,
  });
});
