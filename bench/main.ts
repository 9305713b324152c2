/**
 * `npm run bench [-- --suite steps|orders|latency|telemetry] [--rounds N] [--seconds N] [--json FILE]`
 * Speed is measured here and nowhere else; no test has a time limit as its assertion. Machines are noisy: compare within one
 * invocation, quote ratios and medians.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { benchLatency, benchOrders } from './orders.ts';
import { startServer } from './server.ts';
import { benchSteps, peerLoads, peers, type StepsRow, withRatios } from './steps.ts';
import { benchTelemetry } from './telemetry.ts';

const { values } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true, default: ['steps', 'orders', 'latency', 'telemetry'] },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '3' },
    orders: { type: 'string', default: '1000' },
    json: { type: 'string' },
  },
});

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
  if (values.suite.includes('steps')) {
    const measured = await benchSteps(server, peers, peerLoads, Number(values.rounds), Number(values.seconds), say);
    const rows = withRatios(measured);
    result['steps'] = rows;
    console.log(stepsTable(rows, 'x better DBOS', (row) => number(row.ratio, 1)));
  }
  if (values.suite.includes('orders')) {
    const row = await benchOrders(server, Number(values.rounds), Number(values.orders), say);
    result['orders'] = row;
    const table = new Table({ head: [`CC-3: ${values.orders} orders x 3 steps, 100 clients`, 'median'] });
    for (const [figure, value] of Object.entries(row)) table.push([figure, number(value as number, 2)]);
    console.log(table.toString());
  }
  if (values.suite.includes('latency')) {
    const row = await benchLatency(server, 500);
    result['latency'] = row;
    console.log(
      `POST to first step, idle hub, ${row.runs} runs: p50 ${number(row.p50Ms, 1)} ms, p99 ${number(row.p99Ms, 1)} ms`,
    );
  }
  if (values.suite.includes('telemetry')) {
    const rows = await benchTelemetry(server, Number(values.rounds), Number(values.seconds), say);
    result['telemetry'] = rows;
    console.log(stepsTable(rows, 'tax %', (row) => number(row.tax * 100, 1)));
  }
} finally {
  await server.stop();
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
