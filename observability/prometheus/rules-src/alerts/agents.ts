import { alert, type Group } from '../rule.ts';
import { grown, hub } from '../select.ts';

const ended = hub('agent_runs_total', 'status!="cancelled"');
const bad = hub('agent_runs_total', 'status=~"failed|timed_out"');

export const agents: readonly Group[] = [
  {
    name: 'agents',
    interval: '5s',
    rules: [
      {
        record: 'agent_id:failure_ratio:rate1m',
        expr: `${grown(bad, '1m', 'agent_id')} / ${grown(ended, '1m', 'agent_id')}`,
      },
      alert({
        name: 'AgentFailureRatioHigh',
        severity: 'warning',
        expr: `agent_id:failure_ratio:rate1m > 0.3 and ${grown(ended, '1m', 'agent_id')} > 9.5`,
        summary: 'Agent {{ $labels.agent_id }} fails',
        description:
          'Of the attempts of {{ $labels.agent_id }} that ended in the last minute more than three in ten failed or timed out. Retries may still save the runs.',
        value: '{{ $value | humanizePercentage }} of attempts',
        threshold: '30% of at least 10 attempts in 1 minute',
        dashboard: 'agent-performance',
      }),
    ],
  },
];
