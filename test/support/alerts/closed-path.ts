import pg from 'pg';
import { type SlackInbox, startSlackInbox } from '../../../dev/slack-inbox/index.js';
import { testDatabaseUrl } from '../database.js';
import { freePort } from '../free-port.js';
import { PluginFolder } from '../plugin-folder.js';
import { Alertmanager } from '../stack/alertmanager.js';
import { HubProcess } from '../triggers/hub-process.js';
import { ShippedPrometheus } from './shipped-prometheus.js';

const token = 'alertmanager-token-of-a-test';

/** Two workflows: one that succeeds, one that fails. */
const workflow = (id: string, value: string) => `id: ${id}\nsteps: { one: { uses: transform.value, with: { value: "${value}" } } }\n`; // prettier-ignore

/** The whole path with real programs: hub -> Prometheus -> Alertmanager -> hub -> Slack (our inbox). */
export class ClosedPath {
  private constructor(
    readonly sql: pg.Client,
    readonly inbox: SlackInbox,
    readonly alertmanager: Alertmanager,
    readonly prometheus: ShippedPrometheus | undefined,
    private readonly database: { readonly url: string; readonly drop: () => Promise<void> },
    private readonly folder: PluginFolder,
    private readonly env: Readonly<Record<string, string>>,
    private hub: HubProcess,
  ) {}

  static async start({ prometheus = true } = {}): Promise<ClosedPath> {
    const database = await testDatabaseUrl();
    const sql = new pg.Client(database.url);
    await sql.connect();
    const inbox = await startSlackInbox();
    const [hubPort, metricsPort] = [await freePort(), await freePort()];
    const folder = new PluginFolder();
    folder.write(
      'commandcenter.yaml',
      `secrets: [ALERTMANAGER_WEBHOOK_TOKEN, SLACK_WEBHOOK_URL]
plugins:
  - { use: transform }
  - use: notifier
    secrets: [ALERTMANAGER_WEBHOOK_TOKEN, SLACK_WEBHOOK_URL]
    options:
      channels: { slack: { type: slack-webhook, url: SLACK_WEBHOOK_URL } }
      routes: [{ channels: [slack] }]
      links: { grafana: http://127.0.0.1:3003 }
workflows: [workflows]
`,
    );
    folder.write('workflows/well.yaml', workflow('well', 'fine'));
    folder.write('workflows/broken.yaml', workflow('broken', '${{ 1 / 0 }}'));
    const env = {
      PORT: String(hubPort),
      ALERTMANAGER_WEBHOOK_TOKEN: token,
      SLACK_WEBHOOK_URL: `${inbox.url}/services/T/B/alerts`,
      OTEL_SDK_DISABLED: 'false',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(metricsPort),
    };
    const hub = await HubProcess.start(folder.path, database.url, env);
    const slackUrl = `${inbox.url}/services/T/B/fallback`;
    const alertmanager = await Alertmanager.start({ token, slack: true, hub: hub.url, slackUrl });
    const watching = prometheus
      ? await ShippedPrometheus.start(`127.0.0.1:${metricsPort}`, new URL(alertmanager.url).host)
      : undefined;
    return new ClosedPath(sql, inbox, alertmanager, watching, database, folder, env, hub);
  }

  /** Starts runs and waits until they ended. */
  async run(workflow: 'well' | 'broken', times: number): Promise<void> {
    const started = Array.from({ length: times }, () => this.hub.call('POST', `/workflows/${workflow}/runs`, {}));
    for (const { status } of await Promise.all(started)) if (status !== 202) throw new Error(`not started: ${status}`);
    for (;;) {
      const { rows } = await this.sql.query<{ n: number }>('SELECT count(*)::int n FROM run WHERE finished_at IS NULL');
      if (rows[0]!.n === 0) return;
    }
  }

  /** Commit of the run with which more than a fifth of the runs of the last minute had failed, and at least 4 had ended: ms. */
  async breach(): Promise<number> {
    const { rows } = await this.sql.query<{ at: Date; failed: boolean }>(
      `SELECT finished_at AS at, status = 'failed' AS failed FROM run WHERE finished_at IS NOT NULL ORDER BY finished_at`,
    );
    for (const [n, { at }] of rows.entries()) {
      const lately = rows.slice(0, n + 1).filter((run) => at.getTime() - run.at.getTime() < 60_000);
      const failed = lately.filter((run) => run.failed).length;
      if (lately.length >= 4 && failed / lately.length > 0.2) return at.getTime();
    }
    throw new Error('no run crossed the threshold');
  }

  /** As Alertmanager does it. The status. */
  async notify(body: unknown): Promise<number> {
    const response = await fetch(`${this.hub.url}/plugins/notifier/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.status;
  }

  kill(): Promise<number | null> {
    return this.hub.end('SIGKILL');
  }

  async restart(): Promise<void> {
    this.hub = await HubProcess.start(this.folder.path, this.database.url, this.env);
  }

  /** What was delivered to the notifier's channel, oldest first. */
  texts(): { readonly time: number; readonly text: string }[] {
    return this.inbox.messages
      .filter(({ channel }) => !channel.endsWith('fallback'))
      .map(({ time, payload }) => ({ time, text: JSON.stringify(payload) }));
  }

  async stop(): Promise<void> {
    await this.prometheus?.stop();
    await this.alertmanager.stop();
    await this.hub.end('SIGKILL');
    await this.inbox.close();
    await this.sql.end();
    await this.database.drop();
    this.folder.remove();
  }
}
