import { born, fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const labels = (route: string, status: number) =>
  `job="commandcenter", instance="hub:9464", http_route="${route}", http_request_method="GET", http_response_status_code="${status}"`;
const count = (status: number, route = '/api/v1/runs') =>
  `http_server_request_duration_count{${labels(route, status)}}`;
const bucket = (le: string, route = '/api/v1/runs') =>
  `http_server_request_duration_bucket{${labels(route, 200)}, le="${le}"}`;

export const http: readonly Scenario[] = [
  {
    alert: 'HttpErrorRatioHigh',
    says: 'one in five answers is a 500',
    series: { [count(200)]: '0x11 4+4x11 48x60', [count(500)]: '0x11 1+1x11 12x60' },
    checks: [quiet('1m'), fires('1m45s', { value: '20% of requests' }), resolved('5m30s')],
  },
  {
    alert: 'HttpErrorRatioHigh',
    says: 'one in twenty, and no more',
    series: { [count(200)]: '0+19x48', [count(503)]: '0+1x48' },
    checks: [quiet('2m')],
  },
  {
    alert: 'HttpErrorRatioHigh',
    says: 'mistakes of clients are not errors of the hub',
    series: { [count(200)]: '0+1x48', [count(404)]: '0+9x48' },
    checks: [quiet('2m')],
  },
  {
    alert: 'HttpErrorRatioHigh',
    says: 'a hub that is not ready says 503 to its probe',
    series: { [count(200)]: '0+2x48', [count(503, '/health/ready')]: '0+5x48' },
    checks: [quiet('2m')],
  },
  {
    alert: 'HttpErrorRatioHigh',
    says: 'well probes do not hide that every answer is an error',
    series: { [count(200, '/health/live')]: '0+100x48', [count(500)]: '0+1x48' },
    checks: [fires('2m', { value: '100% of requests' })],
  },
  {
    alert: 'HttpErrorRatioHigh',
    says: 'the hub was started again: its counters begin at the first request',
    series: { [count(200)]: '400+4x12 stale _x6 20+4x40', [count(500)]: '90x12 stale _x30 1x16' },
    checks: [quiet('1m50s'), quiet('3m'), quiet('4m')],
  },
  {
    alert: 'HttpErrorRatioHigh',
    says: 'nobody asks',
    series: { [count(200)]: '5x48', [count(500)]: '5x48' },
    checks: [noTraffic('2m')],
  },
  {
    alert: 'HttpErrorRatioHigh',
    says: 'the first answers of all are errors',
    series: { [count(200)]: '_x11 0x40', [count(500)]: '_x11 0 5+5x39' },
    checks: [born('1m40s', { value: '100% of requests' })],
  },
  {
    alert: 'ApiLatencyHigh',
    says: 'requests take between 1 and 2.5 seconds, then milliseconds',
    series: {
      [bucket('0.5')]: '0x23 10+10x200',
      [bucket('1')]: '0x23 10+10x200',
      [bucket('2.5')]: '5+5x23 130+10x199',
      [bucket('+Inf')]: '5+5x23 130+10x199',
      [count(200)]: '5+5x23 130+10x199',
    },
    checks: [fires('1m50s', { value: '2.425s (p95)' }), resolved('12m')],
  },
  {
    alert: 'ApiLatencyHigh',
    says: 'one in twenty is slow, and no more; streams last long',
    series: {
      [bucket('0.5')]: '0+95x60',
      [bucket('1')]: '0+95x60',
      [bucket('2.5')]: '0+100x60',
      [bucket('+Inf')]: '0+100x60',
      [bucket('0.5', '/api/v1/runs/:id/stream')]: '0x60',
      [bucket('+Inf', '/api/v1/runs/:id/stream')]: '0+50x60',
      [count(200)]: '0+100x60',
    },
    checks: [quiet('3m'), quiet('5m')],
  },
  {
    alert: 'ApiLatencyHigh',
    says: 'nobody asks',
    series: { [bucket('0.5')]: '1x60', [bucket('+Inf')]: '50x60', [count(200)]: '50x60' },
    checks: [noTraffic('4m')],
  },
];
