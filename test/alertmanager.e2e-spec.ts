import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Alertmanager, alertmanagerProgram, shippedConfig } from './support/stack/alertmanager.js';
import { programOf, run } from './support/stack/program.js';

const amtool = programOf('amtool');
const fallback = [
  'HubDown',
  'NotifierFailing',
  'NotifierNeverDelivered',
  'TelemetryTargetDown',
  'AlertmanagerNotificationsFailing',
];

(amtool ? describe : describe.skip)('the routes of Alertmanager (skipped without amtool)', () => {
  const receivers = (...labels: string[]) =>
    run(amtool!, ['config', 'routes', 'test', `--config.file=${shippedConfig}`, ...labels]).said.split('\n')[0];

  it.each(['critical', 'warning', 'ticket'])('%s goes to the hub', (severity) => {
    expect(receivers('alertname=WorkflowFailing', `severity=${severity}`)).toBe('hub');
  });

  it.each(fallback)('%s goes past the hub, and to the hub', (alertname) => {
    expect(receivers(`alertname=${alertname}`, 'severity=critical')).toBe('slack-fallback,hub');
  });

  it('that the way past the hub is broken goes to the hub alone', () => {
    expect(receivers('alertname=FallbackNotificationsFailing', 'severity=ticket', 'integration=slack')).toBe('hub');
  });

  it('the watchdog goes where somebody waits for it, an alert of somebody else to the hub', () => {
    expect(receivers('alertname=Watchdog', 'severity=ticket')).toBe('dead-mans-switch');
    expect(receivers('alertname=Theirs')).toBe('hub');
  });
});

(alertmanagerProgram ? describe : describe.skip)('a real Alertmanager (skipped where there is none)', () => {
  let alertmanager: Alertmanager;
  afterEach(async () => alertmanager.stop());

  const until = async (what: string, holds: () => boolean) => {
    for (const deadline = Date.now() + 60_000; !holds(); await sleep(100)) {
      if (Date.now() > deadline) throw new Error(`not within 60 s: ${what}`);
    }
  };
  const names = (path: string) =>
    alertmanager.received
      .filter((one) => one.path === path)
      .flatMap(({ body }) => (body.alerts ?? []).map(({ labels }: any) => labels.alertname));
  const webhook = '/plugins/notifier/alertmanager';
  const slack = '/services/T/B/x';

  it('tells the hub with its token, and Slack past it, and leaves out what follows from a hub that is down', async () => {
    alertmanager = await Alertmanager.start({ token: 'a-token-of-the-test', slack: true });
    await alertmanager.raise(
      { alertname: 'HubDown', severity: 'critical', job: 'commandcenter' },
      { alertname: 'WorkflowQueueStuck', severity: 'critical', job: 'commandcenter' },
      { alertname: 'PrometheusNotificationsDropped', severity: 'critical', job: 'prometheus' },
    );
    expect(await alertmanager.inhibited()).toEqual(['WorkflowQueueStuck commandcenter critical']);
    await until('three messages', () => names(webhook).length >= 2 && alertmanager.received.some(({ path }) => path === slack)); // prettier-ignore
    expect(names(webhook).sort()).toEqual(['HubDown', 'PrometheusNotificationsDropped']);
    const [first] = alertmanager.received.filter(({ path }) => path === webhook);
    expect(first).toMatchObject({ authorization: 'Bearer a-token-of-the-test', body: { version: '4' } });

    // A token that was changed is read at the next message.
    writeFileSync(join(alertmanager.folder, 'token'), 'the-next-token');
    await alertmanager.raise({ alertname: 'HttpErrorRatioHigh', severity: 'critical', job: 'another' });
    await until('the next message', () => names(webhook).includes('HttpErrorRatioHigh'));
    expect(alertmanager.received.at(-1)!.authorization).toBe('Bearer the-next-token');
  });

  it('mutes a warning by a critical one, and a slow burn by a fast one, of the same objective and workflow only', async () => {
    alertmanager = await Alertmanager.start({ token: 'a-token-of-the-test', slack: false });
    const burn = (speed: string, severity: string, workflow_id: string) => ({
      alertname: `SloErrorBudgetBurn${speed}`,
      severity,
      slo: 'success',
      workflow_id,
    });
    await alertmanager.raise(
      burn('Fast', 'critical', 'a'),
      burn('Slow', 'ticket', 'a'),
      burn('Slow', 'ticket', 'b'),
      { alertname: 'Theirs', severity: 'critical', workflow_id: 'a' },
      { alertname: 'Theirs', severity: 'warning', workflow_id: 'a' },
      { alertname: 'Theirs', severity: 'warning', workflow_id: 'b' },
    );
    expect(await alertmanager.inhibited()).toEqual(['SloErrorBudgetBurnSlow a success ticket', 'Theirs a warning']);
  });

  it('starts and tells the hub where no address of Slack is set', async () => {
    alertmanager = await Alertmanager.start({ token: 'a-token-of-the-test', slack: false });
    await alertmanager.raise({ alertname: 'HubDown', severity: 'critical', job: 'commandcenter' });
    await until('the message to the hub', () => names(webhook).includes('HubDown'));
  });
});

describe('secrets.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cc-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const [user, token] = [String(process.getuid!()), join(folder, 'token')];
  const make = (env: Record<string, string> = {}) => {
    const given = { ALERTMANAGER_WEBHOOK_TOKEN: '', SLACK_WEBHOOK_URL: '', ...env };
    const { code, said } = run('sh', ['observability/alertmanager/secrets.sh', folder, user, String(process.getgid!())], given); // prettier-ignore
    expect([code, said]).toEqual([0, '']);
    return readFileSync(token, 'utf8');
  };

  it('makes a token once, for the two that need it and nobody else, and an empty address', () => {
    const made = make();
    expect(made).toMatch(/^[0-9a-f]{64}$/);
    expect(make()).toBe(made);
    expect(statSync(token).mode & 0o777).toBe(0o440);
    expect(statSync(join(folder, 'slack-url')).mode & 0o777).toBe(0o400);
    expect(readFileSync(join(folder, 'slack-url'), 'utf8')).toBe('');
  });

  it('takes the first of two tokens that are set, and the address of Slack', () => {
    chmodSync(folder, 0o755);
    expect(make({ ALERTMANAGER_WEBHOOK_TOKEN: 'new-token,old-token', SLACK_WEBHOOK_URL: 'https://slack.example/x' })).toBe('new-token'); // prettier-ignore
    expect(readFileSync(join(folder, 'slack-url'), 'utf8')).toBe('https://slack.example/x');
  });
});
