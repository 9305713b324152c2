import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listening } from './stack/listening.js';

type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Series {
  readonly labels: Labels;
  readonly values: readonly number[];
}

interface Extra {
  /** Patterns of files; Prometheus looks every second whether they changed. */
  readonly rules?: readonly string[];
}

interface RuleGroup {
  readonly name: string;
  readonly file: string;
  readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[];
}

interface Alert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly state: 'pending' | 'firing';
}

/** Whether a Prometheus can be started on this machine. */
export const prometheusOnPath = spawnSync('prometheus', ['--version']).status === 0;

/** A real Prometheus on a free port of this machine, scraping every second. All times are seconds since 1970. */
export class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(job: string, target: string, { rules = [] }: Extra = {}): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'cc-prometheus-'));
    const { host, pathname } = new URL(target);
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      rule_files: rules,
      scrape_configs: [{ job_name: job, metrics_path: pathname, static_configs: [{ targets: [host] }] }],
    };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const child = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
        '--enable-feature=auto-reload-config',
        '--config.auto-reload-interval=1s',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const address = await listening(child, 'Prometheus');
    // It listens before it can answer: until then it says 503.
    while (!(await fetch(`http://${address}/-/ready`)).ok) await sleep(50);
    return new Prometheus(child, folder, `http://${address}`);
  }

  async query(query: string, time: number): Promise<Sample[]> {
    const { result } = await this.get<{ result: { metric: Labels; value: [number, string] }[] }>('query', {
      query,
      time: String(time),
    });
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  async range(query: string, start: number, end: number, step: number): Promise<Series[]> {
    const parameters = { query, start: String(start), end: String(end), step: String(step) };
    const { result } = await this.get<{ result: { metric: Labels; values: [number, string][] }[] }>(
      'query_range',
      parameters,
    );
    return result.map(({ metric, values }) => ({ labels: metric, values: values.map(([, value]) => Number(value)) }));
  }

  async labelValues(label: string, match: string): Promise<string[]> {
    return this.get(`label/${label}/values`, { 'match[]': match });
  }

  /** As it has read and evaluated them. */
  async ruleGroups(): Promise<RuleGroup[]> {
    return (await this.get<{ groups: RuleGroup[] }>('rules', {})).groups;
  }

  async alerts(): Promise<Alert[]> {
    return (await this.get<{ alerts: Alert[] }>('alerts', {})).alerts;
  }

  /** The time of a scrape that began after this call: of one that succeeded, or else of one that failed. */
  async scrape(succeeds = true): Promise<number> {
    const since = Date.now() / 1000;
    for (const deadline = since + 20; Date.now() / 1000 < deadline; await sleep(100)) {
      // Of a bare selector only: the timestamp of anything computed is the time of the query.
      const [last] = await this.query(`max(timestamp(up) and up == ${succeeds ? 1 : 0})`, Date.now() / 1000);
      if (last !== undefined && last.value > since) return last.value;
    }
    throw new Error(`no scrape within 20 s that ${succeeds ? 'succeeds' : 'fails'}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async get<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { status: string; error?: string; data: T };
    if (answer.status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  }
}
