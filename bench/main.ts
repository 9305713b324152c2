/**
 * `npm run bench [-- steps|orders|latency|telemetry|sleepers|waits|each ...] [--rounds N] [--seconds N] [--json FILE]`
 * Speed is measured here and nowhere else; no test has a time limit as its assertion. Machines are noisy: compare within one
 * invocation, quote ratios and medians.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { benchEach } from './each.ts';
import { benchLatency, benchOrders } from './orders.ts';
import { benchSleepers } from './sleepers.ts';
import { startServer } from './server.ts';
import { benchSteps, peerLoads, peers, type StepsRow, withRatios } from './steps.ts';
import { benchTelemetry } from './telemetry.ts';
import { benchWaits } from './waits.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string', multiple: true, default: [] },
    load: { type: 'string', default: '' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    orders: { type: 'string', default: '1000' },
    sleepers: { type: 'string', default: '100000' },
    over: { type: 'string', default: '200' },
    lead: { type: 'string', default: '180' },
    waiting: { type: 'string', default: '10000' },
    json: { type: 'string' },
  },
});

/** Those that take minutes run when they are asked for. */
const usual = ['steps', 'orders', 'latency', 'telemetry', 'each', 'waits'];
const asked = [...positionals, ...values.suite];
const suites = new Set(asked.length > 0 ? asked : usual);
const unknown = [...suites].filter((suite) => ![...usual, 'sleepers'].includes(suite));
if (unknown.length > 0) throw new Error(`no suite ${unknown.join(', ')}; there are ${usual.join(', ')}, sleepers`);

const say = (line: string) => process.stderr.write(`${line}\n`);
const number = (value: number | undefined, digits = 0) =>
  value === undefined || Number.isNaN(value)
    ? '-'
    : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

const figures = ['steps/s', 'client ms/1k', 'db ms/1k', 'run p50 ms', 'run p99 ms'];

function stepsTable<Row extends StepsRow>(
  rows: readonly Row[],
  compared: string,
  comparison: (row: Row) => string,
): string {
  const table = new Table({ head: ['contender', 'S', 'C', ...figures, compared] });
  for (const row of rows) {
    const { contender, steps, inFlight, stepsPerSecond, clientCpuMs, databaseCpuMs, p50Ms, p99Ms } = row;
    const each = [clientCpuMs, databaseCpuMs, p50Ms, p99Ms].map((value) => number(value, 1));
    table.push([contender, steps, inFlight, number(stepsPerSecond), ...each, comparison(row)]);
  }
  return table.toString();
}

const server = await startServer();
const result: Record<string, unknown> = { node: process.version, cpus: cpus().length, server: server.description };
say(`${server.description}, Node ${process.version}, ${cpus().length} cores shared by clients and server`);
try {
  if (suites.has('steps')) {
    // `10x100`: ten steps, a hundred runs in flight.
    const [steps, inFlight] = values.load.split('x').map(Number);
    const loads = values.load === '' ? peerLoads : [{ steps: steps!, inFlight: inFlight! }];
    const measured = await benchSteps(server, peers, loads, Number(values.rounds), Number(values.seconds), say);
    const rows = withRatios(measured);
    result['steps'] = rows;
    console.log(stepsTable(rows, 'x better DBOS', (row) => number(row.ratio, 1)));
  }
  if (suites.has('orders')) {
    const row = await benchOrders(server, Number(values.rounds), Number(values.orders), say);
    result['orders'] = row;
    const table = new Table({ head: [`CC-3: ${values.orders} orders x 3 steps, 100 clients`, 'median'] });
    for (const [figure, value] of Object.entries(row)) table.push([figure, number(value as number, 2)]);
    console.log(table.toString());
  }
  if (suites.has('latency')) {
    const row = await benchLatency(server, 500);
    result['latency'] = row;
    console.log(
      `POST to first step, idle hub, ${row.runs} runs: p50 ${number(row.p50Ms, 1)} ms, p99 ${number(row.p99Ms, 1)} ms`,
    );
  }
  if (suites.has('telemetry')) {
    const rows = await benchTelemetry(server, Number(values.rounds), Number(values.seconds), say);
    result['telemetry'] = rows;
    console.log(stepsTable(rows, 'tax %', (row) => number(row.tax * 100, 1)));
  }
  if (suites.has('each')) {
    const rows = await benchEach(server, Number(values.rounds), 1_000, say);
    result['each'] = rows;
    for (const { items, concurrency, wallMs, itemsPerSecond } of rows) {
      console.log(
        `forEach of ${items}, ${concurrency} at once: ${number(wallMs)} ms, ${number(itemsPerSecond)} items/s`,
      );
    }
  }
  if (suites.has('waits')) {
    const rows = await benchWaits(server, Number(values.waiting), say);
    result['waits'] = rows;
    for (const { condition, waiting, events, p50Ms, p99Ms } of rows) {
      console.log(
        `${condition}, ${waiting} runs wait, ${events} events: p50 ${number(p50Ms, 2)} ms, p99 ${number(p99Ms, 2)} ms`,
      );
    }
  }
  if (suites.has('sleepers')) {
    const options = {
      runs: Number(values.sleepers),
      overSeconds: Number(values.over),
      leadSeconds: Number(values.lead),
    };
    const row = await benchSleepers(server, options, say);
    result['sleepers'] = row;
    const table = new Table({ head: [`sleepers, spread over ${values.over} s`, 'value'] });
    for (const [figure, value] of Object.entries(row)) table.push([figure, number(value as number, 2)]);
    console.log(table.toString());
  }
} finally {
  await server.stop();
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
