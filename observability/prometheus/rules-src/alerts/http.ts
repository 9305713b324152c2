import { alert, type Group } from '../rule.ts';
import { grown, hub } from '../select.ts';

/**
 * What people and programs ask for. Probes and scrapes are answered often and quickly and would water down every ratio;
 * requests of streams last as long as somebody looks.
 */
export const served = 'http_route!~"/health.*|/metrics|.*/stream"';
const all = hub('http_server_request_duration_count', served);
const broken = hub('http_server_request_duration_count', served, 'http_response_status_code=~"5.."');

export const http: readonly Group[] = [
  {
    name: 'http',
    interval: '5s',
    rules: [
      { record: 'http:error_ratio:rate1m', expr: `${grown(broken, '1m')} / ${grown(all, '1m')}` },
      alert({
        name: 'HttpErrorRatioHigh',
        severity: 'critical',
        expr: `http:error_ratio:rate1m > 0.05 and ${grown(all, '1m')} > 9.5`,
        summary: 'The hub answers with errors',
        description: 'More than one in twenty requests of the last minute was answered with a 5xx.',
        value: '{{ $value | humanizePercentage }} of requests',
        threshold: '5% of at least 10 requests in 1 minute',
        dashboard: 'system-health',
      }),
      {
        record: 'http:latency_p95:rate5m',
        expr: `histogram_quantile(0.95, ${grown(hub('http_server_request_duration_bucket', served), '5m', 'le')})`,
      },
      alert({
        name: 'ApiLatencyHigh',
        severity: 'warning',
        expr: `http:latency_p95:rate5m > 1 and ${grown(all, '5m')} > 19.5`,
        for: '1m',
        summary: 'The hub answers slowly',
        description: 'One in twenty requests of the last 5 minutes took longer than the value.',
        value: '{{ $value | humanizeDuration }} (p95)',
        threshold: '1s (p95) of at least 20 requests in 5 minutes',
        dashboard: 'system-health',
      }),
    ],
  },
];
