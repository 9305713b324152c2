import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { programOf } from './support/stack/program.js';
import { rulesText, type WorkflowSlo } from '../src/slo/workflow-rules.js';

const promtool = programOf('promtool');
const patience = 120_000;
const shipped = resolve(import.meta.dirname, '../observability/prometheus/rules/slo.yml');

const base = { workflow: 'pay', days: 30 } as const;
const success: WorkflowSlo = { ...base, kind: 'success', slo: 'pay-success', objective: 0.99 };
const duration: WorkflowSlo = { ...base, kind: 'duration', slo: 'pay-duration', objective: 0.95, limitSeconds: 30 };

const run = (status: string, values: string) => ({
  series: `workflow_runs_total{workflow_id="pay", status="${status}", trigger="manual"}`,
  values,
});
const bucket = (le: string, values: string) => ({
  series: `workflow_duration_bucket{workflow_id="pay", status="succeeded", le="${le}"}`,
  values,
});
const count = (values: string) => ({
  series: 'workflow_duration_count{workflow_id="pay", status="succeeded"}',
  values,
});

type Fires = readonly [at: string, name: 'Fast' | 'Slow', windows: readonly string[]];
/** What it is about, its series minute by minute, and which windows alert when. */
const cases: [about: string, series: { series: string; values: string }[], fires: Fires[], slo?: string][] = [
  [
    'a fast burn fires, and ends minutes after the fault',
    // Half of the runs fail for 30 minutes, then none.
    [run('succeeded', '0+10x150'), run('failed', '0+10x30 300x120')],
    [
      ['20m', 'Fast', ['1h', '6h']],
      ['20m', 'Slow', ['1d', '3d']],
      // 5m is clean again, 30m not yet.
      ['37m', 'Fast', ['6h']],
      ['70m', 'Fast', []],
    ],
  ],
  [
    'a slow burn is a ticket and calls nobody',
    // 4 % fail: 4 x the budget of 1 %.
    [run('succeeded', '0+96x1500'), run('failed', '0+4x1500')],
    [
      ['24h', 'Fast', []],
      ['24h', 'Slow', ['1d', '3d']],
    ],
  ],
  [
    'an objective that is kept alerts nobody',
    [run('succeeded', '0+995x400'), run('failed', '0+5x400')],
    [
      ['6h', 'Fast', []],
      ['6h', 'Slow', []],
    ],
  ],
  [
    'fewer runs than the minimum alert nobody, though all failed',
    [run('succeeded', '0x120'), run('failed', '0 0 0 1 2 3 4 5 5x110')],
    [
      ['10m', 'Fast', []],
      ['10m', 'Slow', []],
    ],
  ],
  [
    'no traffic: born series that never move alert nobody',
    [run('succeeded', '0x120'), run('failed', '0x120'), run('cancelled', '0+9x120')],
    [
      ['1h', 'Fast', []],
      ['1h', 'Slow', []],
    ],
  ],
  [
    'no series at all alert nobody',
    [],
    [
      ['1h', 'Fast', []],
      ['1h', 'Slow', []],
    ],
  ],
  [
    'a series that is born in the outage is seen',
    [run('succeeded', '_x10 0x60'), run('failed', '_x10 0+6x60')],
    [['25m', 'Fast', ['1h', '6h']]],
  ],
  [
    'slow runs burn the budget of a duration',
    [count('0+10x60'), bucket('30.0', '0+1x60'), bucket('60.0', '0+10x60')],
    [['30m', 'Fast', ['1h', '6h']]],
    'pay-duration',
  ],
  [
    'runs that are quick enough do not',
    [count('0+10x60'), bucket('30.0', '0+10x60')],
    [
      ['30m', 'Fast', []],
      ['30m', 'Slow', []],
    ],
    'pay-duration',
  ],
];

(promtool !== undefined ? describe : describe.skip)('the rules of SLOs (needs promtool on the PATH)', () => {
  let folder: string;
  const judged = (args: string[]) => {
    const { status, stdout, stderr } = spawnSync(promtool!, args, { cwd: folder, encoding: 'utf8' });
    return { status, said: `${stdout}${stderr}` };
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cc-slo-rules-'));
    writeFileSync(join(folder, 'slo.yml'), rulesText([success, duration]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'are rules',
    () => {
      expect(judged(['check', 'rules', 'slo.yml'])).toMatchObject({ status: 0 });
    },
    patience,
  );

  it.each(cases)(
    '%s',
    (_, series, fires, slo = 'pay-success') => {
      const test = {
        rule_files: ['slo.yml'],
        evaluation_interval: '30s',
        fuzzy_compare: true,
        tests: [
          {
            interval: '1m',
            input_series: series,
            // ALERTS tells who fires without the annotations, which hold numbers.
            promql_expr_test: fires.map(([at, name, windows]) => ({
              eval_time: at,
              expr: `count by (slo, window) (ALERTS{alertname="SloErrorBudgetBurn${name}", alertstate="firing"})`,
              exp_samples: windows.map((window) => ({ labels: `{slo="${slo}", window="${window}"}`, value: 1 })),
            })),
          },
        ],
      };
      writeFileSync(join(folder, 'test.yml'), JSON.stringify(test));
      expect(judged(['test', 'rules', 'test.yml'])).toMatchObject({ status: 0 });
    },
    patience,
  );

  it(
    'reckon what is left of the budget',
    () => {
      const remaining = (window: string, value: number) => ({
        eval_time: '2h',
        expr: 'slo:error_budget_remaining:ratio',
        exp_samples: [
          {
            labels: `slo:error_budget_remaining:ratio{slo="pay-success", window="${window}", workflow_id="pay"}`,
            value,
          },
        ],
      });
      const test = {
        rule_files: ['slo.yml'],
        evaluation_interval: '30s',
        fuzzy_compare: true,
        tests: [
          {
            interval: '1m',
            // 0.4 % failed of the 1 % that may.
            input_series: [run('succeeded', '0+996x130'), run('failed', '0+4x130')],
            promql_expr_test: [remaining('30d', 0.6)],
          },
        ],
      };
      writeFileSync(join(folder, 'test.yml'), JSON.stringify(test));
      expect(judged(['test', 'rules', 'test.yml'])).toMatchObject({ status: 0 });
    },
    patience,
  );

  it(
    'keep apart from the own SLO of the hub, also where a workflow is called so that theirs have one name',
    () => {
      writeFileSync(join(folder, 'named.yml'), rulesText([{ ...success, workflow: 'workflow', slo: 'workflow-success' }])); // prettier-ignore
      const runs = (id: string, status: string, values: string) => ({
        series: `workflow_runs_total{job="commandcenter", workflow_id="${id}", status="${status}", trigger="manual"}`,
        values,
      });
      const firing = (eval_time: string, workflows: string[]) => ({
        eval_time,
        expr: 'count by (workflow_id) (ALERTS{slo="workflow-success", window="1h", alertstate="firing"})',
        exp_samples: workflows.map((id) => ({ labels: `{${id === '' ? '' : `workflow_id="${id}"`}}`, value: 1 })),
      });
      const test = {
        rule_files: ['named.yml', shipped],
        evaluation_interval: '30s',
        tests: [
          {
            interval: '1m',
            // Half of its own runs fail, which are a few of all.
            input_series: [
              runs('workflow', 'succeeded', '0+10x30'),
              runs('workflow', 'failed', '0+10x30'),
              runs('another', 'succeeded', '0+980x30'),
            ],
            promql_expr_test: [firing('20m', ['workflow'])],
          },
          {
            interval: '1m',
            input_series: [runs('workflow', 'succeeded', '0+10x30'), runs('workflow', 'failed', '0+10x30')],
            promql_expr_test: [firing('20m', ['', 'workflow'])],
          },
        ],
      };
      writeFileSync(join(folder, 'test.yml'), JSON.stringify(test));
      expect(judged(['test', 'rules', 'test.yml'])).toMatchObject({ status: 0 });
    },
    patience,
  );
});
