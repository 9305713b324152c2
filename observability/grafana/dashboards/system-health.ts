import * as common from '@grafana/grafana-foundation-sdk/common';
import { instruments } from '../../../src/telemetry/names.ts';
import { dashboard, instance } from './frame.ts';
import { colour, coloured, override, thresholds } from './look.ts';
import { dashes, lines } from './panels.ts';
import { max, perSecond, quantile, select, share, standard, sum } from './queries.ts';
import { range } from './targets.ts';

const chosen = 'instance=~"$instance"';
const requests = standard('http_server_request_duration');
const statements = standard('db_client_operation_duration');
/** An event stream is open for as long as its reader looks: its duration is no response time. */
const noStreams = 'http_route!~".*/stream"';

/** What programs ask, and what matched no route. An open page asks for itself every few seconds: among those, errors are few. */
const api = 'http_route=~"/(api/v1|hooks|plugins)/.*|"';

const requestRate = (...matchers: string[]) => sum(perSecond(select(requests, [chosen, api, ...matchers], 'count')));
const ratio = (codes: string) => share(requestRate(`http_response_status_code=~"${codes}"`), requestRate());
const read = (name: string) => select(standard(name), [chosen]);
/** Routes have a name; a request that matched none, or was refused before it was routed, has not. */
const named = (expression: string) => `label_replace(${expression}, "http_route", "(no route)", "http_route", "")`;

const responseTimes = lines(
  {
    title: 'API response times p95',
    description:
      '95 of 100 requests of a route were answered within this time. Estimated within a bucket (bounds 5 ms to 10 s). ' +
      'Requests that matched no route stand together. Normal is below 100 ms; all routes slow at once is the database or ' +
      'the event loop, one route alone is that route.',
    unit: 's',
    noValue: 'no requests',
    size: [12, 10],
    targets: [
      range(
        named(quantile(0.95, requests, [chosen, noStreams], perSecond, ['http_request_method', 'http_route'])),
        '{{http_request_method}} {{http_route}}',
      ),
    ],
  },
  ['lastNotNull', 'max'],
)
  .thresholds(thresholds('green', [0.5, 'red']))
  .thresholdsStyle(dashes());

const errorRates = lines({
  title: 'Error rates 4xx/5xx',
  description:
    'Share of all API requests that were answered with an error; pages in a browser and probes do not count. 5xx is ours: ' +
    "normal is 0, above 1 % somebody should look. 4xx is the caller's: a few are normal (unknown ids, bad input), a jump " +
    'is a client with a bad token, or the rate limit.',
  unit: 'percentunit',
  noValue: 'no requests',
  size: [12, 10],
  targets: [range(ratio('4..'), '4xx'), range(ratio('5..'), '5xx')],
})
  .axisSoftMax(0.05)
  .overrides(coloured('4xx', '5xx'))
  .thresholds(thresholds('green', [0.01, 'red']))
  .thresholdsStyle(dashes());

/**
 * The SDK calls a statement by its first word. Those of every run begin with a comment instead, or they would be lost
 * among the WITH of the workers, who ask for jobs some fifty times a second.
 */
const namedStatements = (expression: string) =>
  ['journal', 'start'].reduce(
    (inner, name) =>
      `label_replace(${inner}, "db_operation_name", "${name}", "db_operation_name", "/[*]${name.toUpperCase()}[*]/")`,
    expression,
  );

const databaseLatency = lines(
  {
    title: 'DB latency p95',
    description:
      '95 of 100 statements took no longer, by kind of statement, as the hub sees it: network and locks included, the wait ' +
      'for a connection not. "journal" is what every step is recorded with and "start" what every run begins with; WITH is ' +
      'mostly workers asking for jobs, and lists of runs. Normal is below 10 ms. Only what writes (journal, start, INSERT, ' +
      'COMMIT) slow is the disk of the database; all slow is its CPU or the network.',
    unit: 's',
    noValue: 'no statements',
    size: [12, 10],
    targets: [
      range(
        namedStatements(quantile(0.95, statements, [chosen], perSecond, ['db_operation_name'])),
        '{{db_operation_name}}',
      ),
    ],
  },
  ['lastNotNull', 'max'],
)
  .thresholds(thresholds('green', [0.1, 'red']))
  .thresholdsStyle(dashes());

const connections = lines({
  title: 'Active connections',
  description:
    'Connections of all replicas: HTTP clients with a request in flight (active) or kept open (idle), connections to ' +
    'PostgreSQL in use or idle, and who waits for one. These are of the two pools that requests and runs share; journal, ' +
    'starts, workers and locks have connections of their own. Waiting above 0 for more than a moment means that a pool is ' +
    'too small or the database too slow. Normal is a flat line with room to spare.',
  unit: 'short',
  noValue: 'no hub',
  size: [12, 10],
  targets: [
    range(sum(select(instruments.httpActiveConnections, [chosen]), ['state']), 'http {{state}}'),
    range(sum(select(instruments.dbPoolConnections, [chosen]), ['state']), 'db {{state}}'),
  ],
})
  .decimals(0)
  .overrides([override('db waiting', colour('red'))]);

/** What the sampling timer of the delay histogram itself waits, in seconds: that much is no lag. */
const resolution = 0.01;

const eventLoop = lines({
  title: 'Event loop lag',
  description:
    'How late the hub gets to what is due: the worst 1 % of moments between two scrapes, less the 10 ms the sampling ' +
    'itself takes. Dashed: the share of time in which the event loop was busy (right). Normal is below 20 ms; 100 ms and ' +
    'more is an agent that computes instead of waiting, and everything on that replica is late.',
  unit: 's',
  noValue: 'no hub',
  size: [12, 10],
  targets: [
    range(
      max(`clamp_min(${read('nodejs_eventloop_delay_p99')} - ${resolution}, 0)`, ['instance']),
      'lag p99 {{instance}}',
    ),
    range(max(read('nodejs_eventloop_utilization'), ['instance']), 'busy {{instance}}'),
  ],
})
  .thresholds(thresholds('green', [0.1, 'red']))
  .thresholdsStyle(dashes())
  .overrideByRegexp('busy .*', [
    { id: 'unit', value: 'percentunit' },
    { id: 'max', value: 1 },
    { id: 'custom.axisPlacement', value: common.AxisPlacement.Right },
    { id: 'custom.fillOpacity', value: 0 },
    { id: 'custom.lineStyle', value: { fill: 'dash', dash: [4, 4] } },
    { id: 'custom.thresholdsStyle', value: { mode: common.GraphThresholdsStyleMode.Off } },
  ]);

const memory = lines({
  title: 'Node.js memory',
  description:
    'Per replica: what the process has of the machine (RSS), what V8 has set aside for the heap (heap total) and what ' +
    'objects take of it (heap used). Heap used goes up and down in a saw tooth; its lower points rising for hours is a ' +
    'leak. RSS stays when the heap shrinks: that is normal.',
  unit: 'bytes',
  noValue: 'no hub',
  size: [12, 10],
  targets: [
    range(sum(read('v8js_memory_heap_used'), ['instance']), 'heap used {{instance}}'),
    range(sum(read('v8js_memory_heap_space_physical_size'), ['instance']), 'heap total {{instance}}'),
    range(sum(read('process_memory_usage'), ['instance']), 'RSS {{instance}}'),
  ],
});

export const systemHealth = dashboard(
  {
    uid: 'system-health',
    title: 'System Health',
    description: 'Is the hub itself well: its API, its database, its process',
    choices: [instance],
    from: 'now-1h',
    refresh: '30s',
  },
  [responseTimes, errorRates, databaseLatency, connections, eventLoop, memory],
);
