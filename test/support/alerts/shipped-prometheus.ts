import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.js';
import { root } from '../stack/compose.js';

/** A real Prometheus with the shipped configuration and rules, started as the stack starts it: only addresses are others. */
export class ShippedPrometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** `metrics` and `alertmanager` are host and port. Every other target is this Prometheus itself: there, and well. */
  static async start(metrics: string, alertmanager: string): Promise<ShippedPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'cc-shipped-prometheus-'));
    const own = `127.0.0.1:${await freePort()}`;
    cpSync(join(root, 'observability/prometheus'), folder, { recursive: true });
    const file = join(folder, 'prometheus.yml');
    for (const path of [file, join(folder, 'scrape/hub.yml')]) {
      const config = readFileSync(path, 'utf8')
        .replaceAll('hub:9464', metrics)
        .replaceAll('alertmanager:9093', alertmanager)
        .replaceAll(/\b(otelcol|tempo|loki|grafana|localhost):\d+/g, own);
      writeFileSync(path, config);
    }
    const child = spawn(
      'prometheus',
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${own}`,
        '--enable-feature=exemplar-storage,auto-reload-config',
        '--config.auto-reload-interval=10s',
        '--rules.alert.resend-delay=15s',
      ],
      { stdio: 'ignore' },
    );
    return new ShippedPrometheus(child, folder, `http://${own}`);
  }

  /** The value of a query that gives one; undefined as long as Prometheus does not answer, or gives none. */
  async value(query: string): Promise<number | undefined> {
    try {
      const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(query)}`);
      const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      const [first] = data.result;
      return first === undefined ? undefined : Number(first.value[1]);
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
