import type pg from 'pg';
import { type Answer, HubProcess } from '../triggers/hub-process.js';
import { until } from '../triggers/wait.js';
import { Scrape } from './scrape.js';

/** Switches the metrics of a hub on, and nothing that leaves it. */
export const metered = {
  OTEL_SDK_DISABLED: 'false',
  OTEL_EXPORTER_PROMETHEUS_PORT: '0',
  OTEL_TRACES_EXPORTER: 'none',
  OTEL_LOGS_EXPORTER: 'none',
};

/** A real hub with its metrics on, in a process of its own. */
export class MeteredHub {
  private constructor(
    private readonly hub: HubProcess,
    readonly metricsUrl: string,
  ) {}

  static async start(root: string, databaseUrl: string): Promise<MeteredHub> {
    const hub = await HubProcess.start(root, databaseUrl, metered);
    return new MeteredHub(hub, metricsUrlOf(hub));
  }

  get url(): string {
    return this.hub.url;
  }

  scrape(): Promise<Scrape> {
    return Scrape.of(this.metricsUrl);
  }

  call(...request: Parameters<HubProcess['call']>): Promise<Answer> {
    return this.hub.call(...request);
  }

  /** The run's id. */
  async run(workflow: string, input: unknown = {}): Promise<string> {
    const { status, body } = await this.call('POST', `/workflows/${workflow}/runs`, { input });
    if (status !== 202) throw new Error(`${workflow} is not started: ${status} ${JSON.stringify(body)}`);
    return (body as { id: string }).id;
  }

  end(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    return this.hub.end(signal);
  }
}

/** Of a hub that was started `metered`. */
export function metricsUrlOf({ log }: HubProcess): string {
  const [, url = ''] = /Metrics: (http:[^\s"]+)/.exec(log.join('\n')) ?? [];
  return url;
}

/** Waits until as many runs are in these states; `where` is SQL. */
export async function untilRuns(sql: pg.Client, count: number, where: string): Promise<void> {
  const now = async () =>
    (await sql.query<{ n: number }>(`SELECT count(*)::int AS n FROM run WHERE ${where}`)).rows[0]!.n;
  await until(`${count} runs where ${where}`, async () => (await now()) === count);
}

/** Waits until the hubs have told of as many ended runs as there are: they do right after the commit. */
export async function untilTold(sql: pg.Client, told: () => Promise<number>): Promise<void> {
  const { rows } = await sql.query<{ n: number }>('SELECT count(*)::int AS n FROM run WHERE finished_at IS NOT NULL');
  await until('every ended run to be told', async () => (await told()) >= rows[0]!.n);
}
