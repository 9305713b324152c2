import * as common from '@grafana/grafana-foundation-sdk/common';
import { instruments } from '../../../src/telemetry/names.ts';
import { dashboard, workflow } from './frame.ts';
import { runsOfCell, runsOfSeries } from './look.ts';
import { bars, gauge, pie, table, unit } from './panels.ts';
import { inRange, perDay, select, sum } from './queries.ts';
import { column, instant, range } from './targets.ts';

const { workflowExecutionSeconds: seconds, workflowCostUsd: usd, workflowRuns: runs } = instruments;
const chosen = 'workflow_id=~"$workflow"';
const byWorkflow = ['workflow_id'];
const spent = (by: readonly string[]) => sum(inRange(select(usd, [chosen])), by);
const used = (by: readonly string[]) => sum(inRange(select(seconds, [chosen])), by);

/** Money is not left to extrapolation. */
const truth =
  'An estimate: growth of a counter between scrapes, which misses what a replica counted right before it stopped. The ' +
  'truth is in the run table: `cost` of each run, in the API and on its page.';

/** One bar per day, which begins where the bar does. */
const daily = (...about: Parameters<typeof bars>) =>
  bars(...about)
    .interval('1d')
    .barAlignment(common.BarAlignment.After);

const minutes = daily(
  {
    title: 'Execution minutes',
    description:
      'Minutes in which at least one step of a run was executing, per day and workflow; waiting for timers, events and ' +
      'people is free and not in it. Counted when a run ends. Today is not over yet. Normal is the same height every ' +
      `working day; click a bar for the runs of its workflow. ${truth}`,
    unit: 'suffix: min',
    noValue: 'nothing was executed',
    size: [16, 10],
    targets: [range(`${sum(perDay(select(seconds, [chosen])), byWorkflow)} / 60`, '{{workflow_id}}')],
  },
  ['sum'],
)
  .decimals(1)
  .overrides([runsOfSeries]);

const breakdown = pie({
  title: 'Cost breakdown',
  description:
    'What the chosen time cost, by kind: compute is execution time at the rate of each workflow ($0.01 per minute unless ' +
    `its file says otherwise), all else is what agents reported (tokens, messages ...). ${truth}`,
  unit: 'currencyUSD',
  noValue: 'no cost',
  size: [8, 10],
  targets: [instant(`${sum(inRange(select(usd, [chosen])), ['kind'])} > 0`, '{{kind}}')],
}).decimals(2);

const trends = daily(
  {
    title: 'Daily trends',
    description:
      'Cost per day, by kind. Today is not over yet. Look for steps and slopes: a step up is a new schedule, a workflow ' +
      `that got slower, or retries; a slope is growth. Normal repeats weekly. ${truth}`,
    unit: 'currencyUSD',
    noValue: 'no cost',
    size: [24, 8],
    targets: [range(sum(perDay(select(usd, [chosen])), ['kind']), '{{kind}}')],
  },
  ['sum', 'mean', 'max'],
).decimals(2);

const perWorkflow = table(
  {
    title: 'Cost per workflow',
    description:
      'What each workflow used and cost in the chosen time, the dearest first; click an id for its runs. A high price per ' +
      `run is worth a look at its slowest step. ${truth}`,
    unit: 'short',
    noValue: '-',
    size: [24, 10],
    targets: [
      column(`${sum(inRange(select(runs, [chosen])), byWorkflow)} > 0`),
      column(`${used(byWorkflow)} / 60 > 0`),
      column(`${spent(byWorkflow)} > 0`),
      column(`(${spent(byWorkflow)} > 0) / scalar(${spent([])})`),
      column(`(${spent(byWorkflow)} > 0) / (${sum(inRange(select(runs, [chosen])), byWorkflow)} > 0)`),
    ],
  },
  [
    { field: 'workflow_id', title: 'Workflow', properties: [runsOfCell] },
    { field: 'Value #A', title: 'Runs', properties: unit('short', 0) },
    { field: 'Value #B', title: 'Minutes', properties: unit('short', 1) },
    { field: 'Value #C', title: 'Cost', properties: unit('currencyUSD', 2) },
    { field: 'Value #D', title: 'Share', properties: gauge },
    { field: 'Value #E', title: 'Per run', properties: unit('currencyUSD', 4) },
  ],
  'Cost',
);

export const costTracking = dashboard(
  {
    uid: 'cost-tracking',
    title: 'Cost Tracking',
    description: 'What the runs of the last days used and cost, by workflow and kind',
    choices: [workflow],
    from: 'now-7d',
    refresh: '5m',
  },
  [minutes, breakdown, trends, perWorkflow],
);
