import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { testDatabaseUrl } from './support/database.js';
import { Receiver } from './support/notifier-site.js';
import { PluginFolder } from './support/plugin-folder.js';
import { Prometheus, prometheusOnPath } from './support/prometheus.js';
import { HubProcess } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

const secret = 'alertmanager-token-of-a-test';
const sample = join(import.meta.dirname, '..', 'workflows', 'high-error-rate.yaml');

const withPrometheus = prometheusOnPath ? describe : describe.skip;

withPrometheus('the sample that an alert starts (needs Prometheus on the PATH)', () => {
  const folder = new PluginFolder();
  let database: { url: string; drop: () => Promise<void> };
  let prometheus: Prometheus;
  let slack: Receiver;
  let hub: HubProcess;

  beforeAll(async () => {
    database = await testDatabaseUrl();
    slack = await Receiver.start();
    prometheus = await Prometheus.start('commandcenter', 'http://127.0.0.1:9/metrics');
    folder.write(
      'commandcenter.yaml',
      `secrets: [ALERTMANAGER_WEBHOOK_TOKEN, SLACK_WEBHOOK_URL]
plugins:
  - { use: transform }
  - { use: http, options: { allowPrivate: [127.0.0.0/8] } }
  - { use: prometheus, options: { url: '${prometheus.url}' } }
  - use: notifier
    secrets: [ALERTMANAGER_WEBHOOK_TOKEN, SLACK_WEBHOOK_URL]
    options: { channels: { slack: { type: slack-webhook, url: SLACK_WEBHOOK_URL } }, routes: [{ channels: [slack] }] }
workflows: [workflows]
`,
    );
    folder.write('workflows/about.txt', 'The folder of the samples.');
    copyFileSync(sample, join(folder.path, 'workflows', 'high-error-rate.yaml'));
    hub = await HubProcess.start(folder.path, database.url, {
      ALERTMANAGER_WEBHOOK_TOKEN: secret,
      SLACK_WEBHOOK_URL: `${slack.url}/services/T/B/x`,
    });
  });
  afterAll(async () => {
    await hub?.end('SIGKILL');
    await prometheus?.stop();
    await slack?.stop();
    await database?.drop();
    folder.remove();
  });

  it('looks, asks Prometheus whether it is over, and tells Slack', async () => {
    const alert = {
      status: 'firing',
      labels: { alertname: 'HttpErrorRatioHigh', severity: 'critical', service: 'shop' },
      annotations: { summary: 'The shop answers with errors' },
      startsAt: '2026-01-31T10:00:00Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: 'f1',
    };
    const response = await fetch(`${hub.url}/plugins/notifier/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ version: '4', groupKey: 'g', status: 'firing', alerts: [alert] }),
    });
    expect(response.status).toBe(202);
    const runs = async () => (await hub.call('GET', '/runs?workflow=high-error-rate')).body.items as { id: string }[];
    await until('the run', async () => (await runs()).length === 1);
    const [{ id } = { id: '' }] = await runs();
    const run = async () => (await hub.call('GET', `/runs/${id}`)).body;
    await until('its end', async () => ['succeeded', 'failed'].includes((await run()).status));
    const { status, steps, output } = await run();
    expect({ status, verify: steps.find((step: { id: string }) => step.id === 'verify').status, output }).toMatchObject(
      {
        status: 'succeeded',
        // There is no such series: no traffic is no error.
        verify: 'succeeded',
        output: { service: 'shop', healed: true },
      },
    );
    await until('the messages', () => slack.taken.length === 2);
    const told = slack.taken.map(({ body }) => JSON.stringify(body));
    expect(told[0]).toContain('The shop answers with errors');
    expect(told[1]).toContain('shop: healed by itself');
  });
});
