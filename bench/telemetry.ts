import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePort } from './hub.ts';
import { benchSteps, type Contender, type StepsRow } from './steps.ts';
import type { Server } from './server.ts';

export interface TaxRow extends StepsRow {
  /** Throughput lost against telemetry off, in the same invocation: 0.1 is 10 %. */
  readonly tax: number;
}

const saying = ', a line a step';
const loads = [1, 100].map((inFlight) => ({ steps: 10, inFlight }));

/** CC-6: what telemetry costs, everything sent to a collector that takes it at once, and metrics scraped every 5 s. */
export async function benchTelemetry(
  server: Server,
  rounds: number,
  seconds: number,
  say: (line: string) => void,
): Promise<TaxRow[]> {
  const collector = fork(join(import.meta.dirname, 'collector.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [otlpPort] = (await once(collector, 'message')) as [number];
  const metricsPort = await freePort();
  const scraper = setInterval(() => void scrape(metricsPort), 5000);
  try {
    const rows = await benchSteps(server, modes(otlpPort, metricsPort), loads, rounds, seconds, say);
    return rows.map((row) => {
      const base = row.contender.endsWith(saying) ? `off${saying}` : 'off';
      const off = rows.find((other) => other.contender === base && other.inFlight === row.inFlight)!;
      return { ...row, tax: 1 - row.stepsPerSecond / off.stepsPerSecond };
    });
  } finally {
    clearInterval(scraper);
    collector.disconnect();
  }
}

function modes(otlpPort: number, metricsPort: number): Contender[] {
  const on = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${otlpPort}`,
    OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
  };
  const file = 'commandcenter.ts';
  return [
    { name: 'off', file, env: { OTEL_SDK_DISABLED: 'true' } },
    { name: 'metrics', file, env: { ...on, OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' } },
    { name: '+ traces', file, env: { ...on, OTEL_LOGS_EXPORTER: 'none' } },
    // Steps that log, as the others do not: the line in the run's log and on stdout is paid for in both.
    { name: `off${saying}`, file, env: { OTEL_SDK_DISABLED: 'true', BENCH_SAY: '1' } },
    { name: `+ logs${saying}`, file, env: { ...on, BENCH_SAY: '1' } },
  ];
}

async function scrape(port: number): Promise<void> {
  await fetch(`http://127.0.0.1:${port}/metrics`).then(
    (answer) => answer.text(),
    () => undefined, // no contender with metrics is alive
  );
}
