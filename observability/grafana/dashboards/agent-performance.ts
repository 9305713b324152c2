import { instruments } from '../../../src/telemetry/names.ts';
import { agent, dashboard } from './frame.ts';
import { coloured, thresholds, tinted } from './look.ts';
import { bars, dashes, gauge, heatmap, lines, table, unit } from './panels.ts';
import { inRange, perSecond, perStep, quantile, select, share, sum } from './queries.ts';
import { cells, column, range } from './targets.ts';

const { agentRuns: runs, agentDuration: duration, agentRetries: retries } = instruments;
const chosen = 'agent_id=~"$agent"';
const bad = 'status=~"failed|timed_out"';
/** An attempt that was cancelled from outside says nothing about the agent. */
const counted = 'status=~"succeeded|failed|timed_out"';

const byAgent = ['agent_id'];
const byAction = ['agent_id', 'action'];
const attempts = (by: readonly string[], ...matchers: string[]) =>
  sum(inRange(select(runs, [chosen, ...matchers])), by);
const attemptRate = (...matchers: string[]) => sum(perSecond(select(runs, [chosen, ...matchers])), byAgent);
const spent = (by: readonly string[]) => sum(inRange(select(duration, [chosen], 'sum')), by);
const percentile = (q: number) => quantile(q, duration, [chosen, counted], perSecond);
const failing = thresholds('green', [0.05, 'orange'], [0.2, 'red']);

const perMinute = bars({
  title: 'Executions/min',
  description:
    'Attempts of steps that ended per minute, by agent; a step that is tried three times counts three times. Normal ' +
    'follows the runs. Much more attempts than runs would need are retries: see "Retry trends".',
  unit: 'suffix:/min',
  noValue: 'no executions',
  size: [8, 9],
  targets: [range(`${attemptRate()} * 60`, '{{agent_id}}')],
}).decimals(1);

const failureRate = lines({
  title: 'Failure rate',
  description:
    'Attempts that failed or timed out, of all that were not cancelled, by agent. An attempt that fails and succeeds when ' +
    'repeated counts, so this moves before workflows fail. Normal is below 5 %; 20 % and more is an outage of what the ' +
    'agent talks to.',
  unit: 'percentunit',
  noValue: 'no executions',
  size: [8, 9],
  targets: [range(share(attemptRate(bad), attemptRate(counted)), '{{agent_id}}')],
})
  .max(1)
  .thresholds(failing)
  .thresholdsStyle(dashes());

const retryTrends = bars({
  title: 'Retry trends',
  description:
    'Attempts per minute that will be repeated, by agent. A short burst is a hiccup that retries are made for; a plateau ' +
    'is a fault that retries only hide, and load on something that is already down. Normal is 0.',
  unit: 'suffix:/min',
  noValue: 'no retries',
  size: [8, 9],
  targets: [range(`${sum(perSecond(select(retries, [chosen])), byAgent)} * 60`, '{{agent_id}}')],
}).decimals(1);

const durations = heatmap({
  title: 'Duration heatmap',
  description:
    'How many attempts took how long: each column is a moment, each row a bucket of durations, the darker the more ' +
    'attempts. One steady band is normal; a second band above it means that some calls wait (a timeout, a lock, a cold ' +
    'cache), which an average would hide.',
  unit: 's',
  noValue: 'no executions',
  size: [12, 10],
  targets: [cells(sum(perStep(select(duration, [chosen], 'bucket')), ['le']))],
}).maxDataPoints(80);

const percentiles = lines({
  title: 'Percentiles p50/p95/p99',
  description:
    'How long attempts that were not cancelled took: half (p50), 95 of 100 (p95), 99 of 100 (p99). Estimated within a ' +
    'bucket (bounds 50 ms to 5 min). A p99 that sits on a round figure is a timeout. Choose one agent above to compare.',
  unit: 's',
  noValue: 'no executions',
  size: [12, 10],
  targets: [range(percentile(0.5), 'p50'), range(percentile(0.95), 'p95'), range(percentile(0.99), 'p99')],
}).overrides(coloured('p50', 'p95', 'p99'));

const expensive = table(
  {
    title: 'Expensive agents',
    description:
      'Where the time of the chosen range went, per agent and action: total of all attempts, its share, attempts, mean and ' +
      'failures. The first row is where making things faster pays most. Counts are estimates from scrapes.',
    unit: 'short',
    noValue: '-',
    size: [24, 9],
    targets: [
      column(`${attempts(byAction)} > 0`),
      column(`${spent(byAction)} > 0`),
      column(`(${spent(byAction)} > 0) / scalar(${spent([])})`),
      column(`${spent(byAction)} / (${sum(inRange(select(duration, [chosen], 'count')), byAction)} > 0)`),
      column(share(attempts(byAction, bad), attempts(byAction, counted))),
    ],
  },
  [
    { field: 'agent_id', title: 'Agent' },
    { field: 'action', title: 'Action' },
    { field: 'Value #B', title: 'Total time', properties: unit('s', 1) },
    { field: 'Value #C', title: 'Share', properties: gauge },
    { field: 'Value #A', title: 'Attempts', properties: unit('short', 0) },
    { field: 'Value #D', title: 'Mean', properties: unit('s', 2) },
    { field: 'Value #E', title: 'Failed', properties: [...unit('percentunit', 1), ...tinted(failing), { id: 'custom.cellOptions', value: { type: 'color-text' } }] }, // prettier-ignore
  ],
  'Total time',
);

export const agentPerformance = dashboard(
  {
    uid: 'agent-performance',
    title: 'Agent Performance',
    description: 'Which agent is slow, which fails, which is tried again and again',
    choices: [agent],
    from: 'now-1h',
    refresh: '30s',
  },
  [perMinute, failureRate, retryTrends, durations, percentiles, expensive],
);
