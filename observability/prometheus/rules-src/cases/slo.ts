import { fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const hub = 'job="commandcenter", instance="hub:9464"';
const served = (status: number) =>
  `http_server_request_duration_count{${hub}, http_route="/api/v1/runs", http_request_method="GET", http_response_status_code="${status}"}`;
const under = (le: string) =>
  `http_server_request_duration_bucket{${hub}, http_route="/api/v1/runs", http_request_method="GET", http_response_status_code="200", le="${le}"}`;
const runs = (status: string) => `workflow_runs_total{${hub}, workflow_id="a", status="${status}", trigger="manual"}`;
const attempts = (status: string) => `agent_runs_total{${hub}, agent_id="http", action="get", status="${status}"}`;

/** The two series of an objective: what was good, and what was bad or all. */
const objectives = {
  'workflow-success': { good: runs('succeeded'), bad: runs('failed'), bads: false, budgetLeft: '-9900%' },
  'agent-success': { good: attempts('succeeded'), bad: attempts('timed_out'), bads: false, budgetLeft: '-4900%' },
  'api-availability': { good: served(200), bad: served(502), bads: false, budgetLeft: '-9.99e+04%' },
  'api-latency': { good: under('0.5'), bad: served(200), bads: true, budgetLeft: '-1900%' },
} as const;

function scenariosOf(slo: keyof typeof objectives): Scenario[] {
  const { good, bad, bads, budgetLeft } = objectives[slo];
  /** Growth a minute of good and bad ones for so many minutes, one span after the other. */
  const growth = (spans: readonly (readonly [number, number, number])[]) => {
    let [at, other] = [0, 0];
    const [goods, rest, all]: [string[], string[], string[]] = [[], [], []];
    for (const [ok, wrong, minutes] of spans) {
      const each = bads ? ok + wrong : wrong;
      goods.push(`${at}+${ok}x${minutes - 1}`);
      rest.push(`${other}+${each}x${minutes - 1}`);
      all.push(`${at + other}+${ok + wrong}x${minutes - 1}`);
      at += ok * minutes;
      other += each * minutes;
    }
    // A histogram has its buckets whenever it has its count.
    const fast = slo === 'api-availability' ? { [under('0.5')]: all.join(' ') } : {};
    return { [good]: goods.join(' '), [bad]: rest.join(' '), ...fast };
  };
  const both = (...windows: string[]) =>
    windows.map((window) => ({ labels: { slo, window }, value: `100% over ${window}`, budgetLeft }));
  return [
    {
      alert: 'SloErrorBudgetBurnFast',
      says: `${slo}: all is bad for half an hour, then good`,
      every: '1m',
      series: growth([[0, 20, 30], [20, 0, 45]]), // prettier-ignore
      checks: [fires('25m', ...both('1h', '6h')), resolved('1h10m')],
    },
    {
      alert: 'SloErrorBudgetBurnFast',
      says: `${slo}: bad at the rate that the budget is for`,
      every: '1m',
      series: growth([[10_000, slo === 'api-availability' ? 10 : 100, 40]]),
      checks: [quiet('20m'), quiet('40m')],
    },
    {
      alert: 'SloErrorBudgetBurnFast',
      says: `${slo}: nine events, all bad`,
      every: '1m',
      series: growth([[0, 0, 5], [0, 3, 3], [0, 0, 20]]), // prettier-ignore
      checks: [quiet('15m')],
    },
    {
      alert: 'SloErrorBudgetBurnFast',
      says: `${slo}: nothing happens`,
      every: '1m',
      series: growth([[0, 0, 30]]),
      checks: [noTraffic('30m')],
    },
    {
      alert: 'SloErrorBudgetBurnSlow',
      says: `${slo}: all is bad for half an hour`,
      every: '1m',
      series: growth([[0, 20, 30]]),
      checks: [fires('25m', ...both('1d', '3d'))],
    },
    {
      alert: 'SloErrorBudgetBurnSlow',
      says: `${slo}: all is well`,
      every: '1m',
      series: growth([[20, 0, 30]]),
      checks: [quiet('30m')],
    },
    {
      alert: 'SloErrorBudgetBurnSlow',
      says: `${slo}: nothing happens`,
      every: '1m',
      series: growth([[0, 0, 30]]),
      checks: [noTraffic('30m')],
    },
    // Its short windows are of 2 and 6 hours: once is enough.
    ...(slo === 'workflow-success'
      ? [
          {
            alert: 'SloErrorBudgetBurnSlow',
            says: `${slo}: all was bad for half an hour, then good for six`,
            every: '1m',
            series: growth([[0, 20, 30], [20, 0, 400]]), // prettier-ignore
            checks: [resolved('7h')],
          },
        ]
      : []),
  ];
}

export const slo: readonly Scenario[] = (Object.keys(objectives) as (keyof typeof objectives)[]).flatMap(scenariosOf);
