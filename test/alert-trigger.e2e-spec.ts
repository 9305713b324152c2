import { testDatabaseUrl } from './support/database.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess } from './support/triggers/hub-process.js';
import { until } from './support/triggers/wait.js';

const secret = 'alertmanager-token-of-a-test';

const workflows = {
  'heal.yaml': `
id: heal
on:
  alert:
    - match: { alertname: Broken }
      if: "\${{ event.data.labels.env == 'prod' }}"
      cooldown: 1h
      target: "\${{ event.data.labels.service }}"
      guard: { max: 2, window: 1h }
      input: { service: "\${{ event.data.labels.service }}", group: "\${{ event.data.groupKey }}" }
input: { type: object, required: [service], properties: { service: { type: string }, group: { type: string } } }
steps: { one: { uses: transform.value, with: { value: "\${{ input.service }}" } } }
output: "\${{ steps.one.output }}"
`,
  'calm.yaml': `
id: calm
on: { alert: [{ match: { alertname: Broken, service: a }, status: resolved }] }
steps: { one: { uses: transform.value, with: { value: "\${{ event.data.status }}" } } }
output: "\${{ steps.one.output }}"
`,
};

function alert(service: string, status: 'firing' | 'resolved', startsAt = '2026-01-31T10:00:00Z', env = 'prod') {
  return {
    status,
    labels: { alertname: 'Broken', severity: 'critical', service, env },
    annotations: { summary: `${service} is broken` },
    startsAt,
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-01-31T10:05:00Z',
    generatorURL: 'http://127.0.0.1:9090/graph',
    fingerprint: `f${service}${env}`,
  };
}

describe('alerts that start workflows, from the webhook of Alertmanager on', () => {
  const folder = new PluginFolder();
  let database: { url: string; drop: () => Promise<void> };
  let hub: HubProcess;
  let metrics: string;

  beforeAll(async () => {
    database = await testDatabaseUrl();
    folder.write(
      'commandcenter.yaml',
      `secrets: [ALERTMANAGER_WEBHOOK_TOKEN]
plugins: [{ use: transform }, { use: notifier, secrets: [ALERTMANAGER_WEBHOOK_TOKEN] }]
workflows: [workflows]
`,
    );
    for (const [file, text] of Object.entries(workflows)) folder.write(`workflows/${file}`, text);
    hub = await HubProcess.start(folder.path, database.url, {
      ALERTMANAGER_WEBHOOK_TOKEN: secret,
      OTEL_SDK_DISABLED: 'false',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_PROMETHEUS_PORT: '0',
    });
    metrics = /Metrics: (http:[^\s"]+)/.exec(hub.log.join('\n'))![1]!;
  });
  afterAll(async () => {
    await hub?.end('SIGKILL');
    await database?.drop();
    folder.remove();
  });

  async function notify(...alerts: readonly ReturnType<typeof alert>[]): Promise<void> {
    const body = {
      version: '4',
      groupKey: '{}:{alertname="Broken"}',
      status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
      receiver: 'hub',
      groupLabels: { alertname: 'Broken' },
      commonLabels: { alertname: 'Broken' },
      commonAnnotations: {},
      externalURL: 'http://127.0.0.1:9093',
      alerts,
    };
    const response = await fetch(`${hub.url}/plugins/notifier/alertmanager`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(202);
  }
  const decisions = async (workflow: string) =>
    (await hub.call('GET', `/workflows/${workflow}/alerts`)).body.items as {
      decision: string;
      target: string;
      occurrence: string;
      runId: string | null;
    }[];
  const runs = async (workflow: string) =>
    (await hub.call('GET', `/runs?workflow=${workflow}`)).body.items as { id: string; trigger: unknown }[];
  const counted = async (workflow: string, decision: string) => {
    const text = await (await fetch(metrics)).text();
    const line = new RegExp(
      `^workflow_alert_starts_total\\{workflow_id="${workflow}",decision="${decision}"\\} (\\d+)`,
      'm',
    );
    return Number(line.exec(text)?.[1]);
  };

  it('counters of starts are born at 0, before any alert', async () => {
    for (const decision of ['started', 'cooldown', 'guarded']) expect(await counted('heal', decision)).toBe(0);
  });

  it('an alert starts one run, with the input of the file; told again it starts none', async () => {
    await notify(alert('a', 'firing'));
    await until('the run', async () => (await decisions('heal')).some(({ runId }) => runId !== null));
    await notify(alert('a', 'firing'), alert('x', 'firing', undefined, 'test'));
    await notify(alert('a', 'firing'));
    const [made] = await decisions('heal');
    expect(made).toMatchObject({ decision: 'started', target: 'a', occurrence: 'faprod/2026-01-31T10:00:00Z/firing' });
    const run = async () => (await hub.call('GET', `/runs/${made!.runId}`)).body;
    await until('its end', async () => (await run()).status === 'succeeded');
    expect(await run()).toMatchObject({
      trigger: { kind: 'alert' },
      input: { service: 'a', group: '{}:{alertname="Broken"}' },
      output: 'a',
    });
    expect(await runs('calm')).toEqual([]);
  });

  it('while its target cools down, another occurrence starts none; another target does, until the guard', async () => {
    await notify(alert('a', 'firing', '2026-01-31T11:00:00Z'));
    await until('the second decision', async () => (await decisions('heal')).length === 2);
    for (const service of ['b', 'c', 'd']) {
      const before = (await decisions('heal')).length;
      await notify(alert(service, 'firing'));
      await until(`the decision about ${service}`, async () => (await decisions('heal')).length > before);
    }
    expect((await decisions('heal')).map(({ target, decision }) => `${target} ${decision}`)).toEqual([
      'd guarded',
      'c guarded',
      'b started',
      'a cooldown',
      'a started',
    ]);
    await until('two runs', async () => (await runs('heal')).length === 2);
    await until('the counters', async () => (await counted('heal', 'guarded')) === 2);
    expect([await counted('heal', 'started'), await counted('heal', 'cooldown')]).toEqual([2, 1]);
  });

  it('a resolution starts what waits for resolutions', async () => {
    await notify(alert('a', 'resolved', '2026-01-31T11:00:00Z'));
    await until('the run', async () => (await runs('calm')).length === 1);
    expect(await runs('heal')).toHaveLength(2);
  });

  it('nobody else can send such an event', async () => {
    const event = {
      specversion: '1.0',
      id: 'forged',
      source: '/plugins/notifier',
      type: 'alertmanager.alert',
      data: alert('z', 'firing'),
    };
    const answer = await hub.call('POST', '/events', event, 'application/cloudevents+json');
    expect(answer).toMatchObject({ status: 400, body: { code: 'CC_EVENT_INVALID' } });
  });
});
