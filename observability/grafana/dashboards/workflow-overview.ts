import { instruments } from '../../../src/telemetry/names.ts';
import { dashboard, workflow } from './frame.ts';
import { colour, coloured, override, runsOfCell, text, thresholds, tinted } from './look.ts';
import { bars, figure, gauge, lines, table, unit } from './panels.ts';
import {
  inRange,
  max,
  perSecond,
  quantile,
  quantileOf,
  select,
  share,
  sum,
  tracedRuns,
  tracedRunsEvery,
} from './queries.ts';
import { column, instant, range } from './targets.ts';

const { workflowRuns: runs, workflowDuration: duration, workflowsActive: active } = instruments;
const chosen = 'workflow_id=~"$workflow"';
/** A run that somebody cancelled says nothing about how well its workflow works. */
const counted = 'status=~"succeeded|failed"';

const good = thresholds('red', [0.95, 'orange'], [0.99, 'green']);

const ended = (...matchers: string[]) => inRange(select(runs, [chosen, ...matchers]));
const percentile = (q: number) => quantile(q, duration, [chosen, counted], perSecond);

const successRate = figure({
  title: 'Success rate',
  description:
    'Runs that succeeded, of those that succeeded or failed in the chosen time; cancelled runs do not count. ' +
    'Normal is 99 % and more; below 95 % look at "Runs by workflow" for the one that fails.',
  unit: 'percentunit',
  noValue: 'no runs',
  size: [6, 5],
  targets: [
    instant(`(${sum(ended('status="succeeded"'))} or vector(0)) / (${sum(ended(counted))} > 0)`, 'success rate'),
  ],
})
  .decimals(2)
  .min(0)
  .max(1)
  .thresholds(good);

const p95 = figure({
  title: 'p95 duration',
  description:
    '95 of 100 runs that ended in the chosen time took no longer, from start to end, waits included. Estimated within a ' +
    'bucket (bounds 0.5 s to 4 h). What is normal depends on the workflow: compare with the same hour of yesterday.',
  unit: 's',
  noValue: 'no runs',
  size: [6, 5],
  targets: [instant(quantile(0.95, duration, [chosen, counted], inRange), 'p95')],
})
  .decimals(1)
  .thresholds(thresholds('blue'));

const activeWorkflows = figure({
  title: 'Active workflows',
  description:
    'Runs that have not ended, of all workflows and all replicas: waiting for a replica (queued), executing a step ' +
    '(running), waiting for a timer, an event or a person (waiting), or held by somebody until it is resumed (paused). ' +
    'Normal: queued near 0. Queued that grows means too few replicas. "no hub" means that none answered the last scrape at the end of the chosen time: nothing runs then, ' +
    'whatever these figures said before.',
  unit: 'short',
  noValue: 'no hub',
  size: [12, 5],
  // Of this moment: the last figure of a hub that died would look like one that is well.
  targets: [instant(max(select(active), ['status']), '{{status}}')],
})
  .decimals(0)
  .min(0)
  .thresholds(thresholds('text'))
  .overrides(coloured('queued', 'running', 'waiting', 'paused'));

const perMinute = bars(
  {
    title: 'Workflows/min',
    description:
      'Runs that ended per minute, by how. Red on top of green is a failing workflow; nothing at all where there used to ' +
      'be runs is a trigger that does not fire or a hub that does not work. Normal is the rhythm of your schedules.',
    unit: 'suffix:/min',
    noValue: 'no runs ended',
    size: [12, 9],
    targets: [range(`${sum(perSecond(select(runs, [chosen])), ['status'])} * 60`, '{{status}}')],
  },
  ['lastNotNull', 'mean', 'max'],
)
  .decimals(1)
  .overrides(coloured('succeeded', 'failed', 'cancelled'));

const percentiles = lines({
  title: 'Duration percentiles',
  description:
    'How long runs that succeeded or failed took, waits included: half (p50), 95 of 100 (p95), 99 of 100 (p99). Estimated ' +
    'within a bucket. p99 far over p50 is normal where some runs wait; all three rising together is a slow agent. Dots are ' +
    'single runs of all workflows: click one for its trace. They and the thin line of traced runs come from Tempo and are ' +
    'missing without it.',
  unit: 's',
  noValue: 'no runs ended',
  size: [12, 9],
  targets: [
    range(percentile(0.5), 'p50'),
    range(percentile(0.95), 'p95'),
    range(percentile(0.99), 'p99'),
    range(quantileOf(0.95, tracedRuns, perSecond), 'p95 of traces')
      .interval(tracedRunsEvery)
      .exemplar(true),
  ],
}).overrides([
  ...coloured('p50', 'p95', 'p99'),
  override(
    'p95 of traces',
    colour('text'),
    { id: 'custom.lineWidth', value: 1 },
    { id: 'custom.fillOpacity', value: 0 },
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [4, 6] } },
  ),
]);

const byWorkflow = table(
  {
    title: 'Runs by workflow',
    description:
      'What ended in the chosen time, per workflow; click an id for its runs. Counts are estimates from scrapes, exact to ' +
      'about one run. Sort by "Failed" to find the workflow that pulls the success rate down; normal is an empty column.',
    unit: 'short',
    noValue: '-',
    size: [24, 10],
    targets: [
      column(sum(ended('status="succeeded"'), ['workflow_id']) + ' > 0'),
      column(sum(ended('status="failed"'), ['workflow_id']) + ' > 0'),
      column(sum(ended('status="cancelled"'), ['workflow_id']) + ' > 0'),
      column(share(sum(ended('status="succeeded"'), ['workflow_id']), sum(ended(counted), ['workflow_id']))),
      column(quantile(0.95, duration, [chosen, counted], inRange, ['workflow_id'])),
    ],
  },
  [
    { field: 'workflow_id', title: 'Workflow', properties: [runsOfCell] },
    { field: 'Value #A', title: 'Succeeded', properties: [...unit('short', 0), ...text('green')] },
    { field: 'Value #B', title: 'Failed', properties: [...unit('short', 0), ...text('red')] },
    { field: 'Value #C', title: 'Cancelled', properties: unit('short', 0) },
    { field: 'Value #D', title: 'Success rate', properties: [...gauge, ...tinted(good)] },
    { field: 'Value #E', title: 'p95 duration', properties: unit('s', 1) },
  ],
  'Failed',
);

export const workflowOverview = dashboard(
  {
    uid: 'workflow-overview',
    title: 'Workflow Overview',
    description: 'Do the workflows run, do they succeed, how long do they take',
    choices: [workflow],
    from: 'now-1h',
    refresh: '30s',
  },
  [successRate, p95, activeWorkflows, perMinute, percentiles, byWorkflow],
);
