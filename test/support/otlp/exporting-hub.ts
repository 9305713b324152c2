import { HubProcess } from '../triggers/hub-process.js';
import { until } from '../triggers/wait.js';

/** A real hub that exports traces and logs to `collector`, and metrics on a free port unless told otherwise. */
export class ExportingHub {
  private constructor(private readonly hub: HubProcess) {}

  static async start(
    root: string,
    databaseUrl: string,
    collector: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<ExportingHub> {
    const telemetry = {
      OTEL_SDK_DISABLED: 'false',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    };
    return new ExportingHub(await HubProcess.start(root, databaseUrl, { ...telemetry, ...env }));
  }

  get url(): string {
    return this.hub.url;
  }

  /** Of the metrics, as the log tells; undefined when it tells none. */
  get metricsUrl(): string | undefined {
    return this.#found(/Metrics: (http:[^\s"]+)/);
  }

  /** Lines of the log that is there so far. */
  get lines(): readonly { readonly level: string; readonly msg: string }[] {
    return this.hub.log.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { level: string; msg: string }); // prettier-ignore
  }

  /** All it printed so far. */
  get output(): string {
    return this.hub.log.join('\n');
  }

  call(...request: Parameters<HubProcess['call']>): ReturnType<HubProcess['call']> {
    return this.hub.call(...request);
  }

  /** Starts as many runs, some at a time; their ids. */
  async start(workflow: string, count: number, input: unknown = {}): Promise<string[]> {
    const ids: string[] = [];
    let left = count;
    const starter = async () => {
      while (left-- > 0) {
        const { status, body } = await this.call('POST', `/workflows/${workflow}/runs`, { input });
        if (status !== 202) throw new Error(`not started: ${status} ${JSON.stringify(body)}`);
        ids.push((body as { id: string }).id);
      }
    };
    await Promise.all(Array.from({ length: 16 }, starter));
    return ids;
  }

  /** Runs that many to their end, which has to be a good one. */
  async succeed(workflow: string, count: number): Promise<string[]> {
    const ids = await this.start(workflow, count);
    await until(`${count} runs of ${workflow} to end`, async () => {
      const open = await Promise.all(['queued', 'running', 'waiting'].map((status) => this.call('GET', `/runs?workflow=${workflow}&status=${status}&limit=1`))); // prettier-ignore
      return open.every(({ body }) => (body as { items: unknown[] }).items.length === 0);
    });
    const { body } = await this.call('GET', `/runs?workflow=${workflow}&status=failed,cancelled&limit=1`);
    const bad = (body as { items: unknown[] }).items;
    if (bad.length > 0) throw new Error(`a run did not succeed: ${JSON.stringify(bad)}`);
    return ids;
  }

  /** Milliseconds from SIGTERM to the end of the process, which has to be a good one. */
  async stop(): Promise<number> {
    const from = performance.now();
    const code = await this.hub.end();
    if (code !== 0) throw new Error(`the hub ended with ${code}:\n${this.hub.log.slice(-20).join('\n')}`);
    return performance.now() - from;
  }

  /** For the end of a test, however it went. */
  async kill(): Promise<void> {
    await this.hub.end('SIGKILL');
  }

  /** Bytes of live objects: collects garbage first. The hub must run with `NODE_OPTIONS: --inspect=127.0.0.1:0`. */
  async liveHeap(): Promise<number> {
    const socket = new WebSocket(this.#found(/Debugger listening on (ws:\S+)/)!);
    await new Promise((open, failed) => {
      socket.addEventListener('open', open, { once: true });
      socket.addEventListener('error', failed, { once: true });
    });
    const ask = (id: number, method: string) =>
      new Promise<{ usedSize: number }>((answered) => {
        socket.addEventListener('message', ({ data }) => {
          const answer = JSON.parse(String(data)) as { id: number; result: { usedSize: number } };
          if (answer.id === id) answered(answer.result);
        });
        socket.send(JSON.stringify({ id, method }));
      });
    await ask(1, 'HeapProfiler.collectGarbage');
    const { usedSize } = await ask(2, 'Runtime.getHeapUsage');
    socket.close();
    return usedSize;
  }

  #found(pattern: RegExp): string | undefined {
    return this.hub.log.map((line) => pattern.exec(line)?.[1]).find((text) => text !== undefined);
  }
}
