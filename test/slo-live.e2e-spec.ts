import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { freePort } from './support/free-port.js';
import { PluginFolder } from './support/plugin-folder.js';
import { Prometheus, prometheusOnPath } from './support/prometheus.js';
import { HubProcess } from './support/triggers/hub-process.js';

/** Rules are evaluated every 30 s; a slow machine has ten of them. */
const patience = 300_000;

/** Fails without items. */
const step = 'transform.value, with: { value: "${{ input.items[0] }}" }';
const promise = 'slo: { success: 99%, duration: { p95: 5s } }\n';
const pay = `id: pay\n${promise}input: { type: object, required: [items] }\nsteps: { first: { uses: ${step} } }\n`;

interface Slo {
  readonly slo: string;
  readonly state: string;
  readonly reason: string | null;
  readonly budget: { readonly remaining: number; readonly errorRatio: number; readonly at: string } | null;
  readonly burnRates: Readonly<Record<string, number>>;
}

const suite = prometheusOnPath ? describe : describe.skip;
const why = prometheusOnPath ? '' : ' (there is no prometheus on the PATH)';

suite(`SLOs in a running Prometheus${why}`, () => {
  const folder = new PluginFolder();
  const rulesFile = join(folder.path, 'slo/commandcenter-slo.yml');
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  let prometheus: Prometheus;
  let port: number;
  let hub: HubProcess;

  const startHub = () =>
    HubProcess.start(folder.path, database.url, {
      OTEL_SDK_DISABLED: 'false',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    });
  const run = async (items: readonly number[]) => {
    const { status, body } = await hub.call('POST', '/workflows/pay/runs', { input: { items } });
    expect([status, body]).toEqual([202, expect.anything()]);
    return until(
      async () => (await hub.call('GET', `/runs/${body.id}`)).body.status as string,
      (found) => found !== 'queued' && found !== 'running',
    );
  };
  const slos = async () => (await hub.call('GET', '/slos')).body.items as Slo[];
  const slo = async (name: string) => (await slos()).find((one) => one.slo === name)!;
  /** The test's own limit ends it. */
  async function until<T>(look: () => Promise<T>, enough: (found: T) => boolean): Promise<T> {
    for (;;) {
      const found = await look();
      if (enough(found)) return found;
      await sleep(250);
    }
  }

  beforeAll(async () => {
    database = await testDatabaseUrl();
    port = await freePort();
    folder.write('workflows/pay.yaml', pay);
    folder.write('workflows/quiet.yaml', 'id: quiet\nsteps: { one: { uses: transform.value, with: { value: 1 } } }\n');
    // The folder of rules does not exist yet: the hub makes it.
    const rules = [join(folder.path, 'slo/*.yml')];
    prometheus = await Prometheus.start('commandcenter', `http://127.0.0.1:${port}/metrics`, { rules });
    folder.write(
      'commandcenter.yaml',
      `plugins: [{ use: transform }]\nworkflows: [workflows]\nprometheus: { url: "${prometheus.url}", rulesDir: slo }\n`,
    );
    hub = await startHub();
  }, patience);

  afterAll(async () => {
    await hub?.end();
    await prometheus?.stop();
    await database?.drop();
    folder.remove();
  }, patience);

  it(
    'their rules are read without anybody telling it; without runs there is no budget, and the reason is told',
    async () => {
      const groups = await until(
        () => prometheus.ruleGroups(),
        (all) => all.length > 0,
      );
      expect(groups.map(({ name, file }) => [name, file])).toEqual([
        ['slo pay-duration', rulesFile],
        ['slo pay-success', rulesFile],
      ]);
      expect(groups.flatMap(({ rules }) => rules).length).toBeGreaterThan(20);
      expect(await slo('pay-success')).toMatchObject({ state: 'unknown', budget: null, burnRates: {} });
      expect((await slo('pay-success')).reason).toMatch(/^no runs in the window/);
    },
    patience,
  );

  it(
    'runs that fail burn the budget of success, and the alert fires; that of duration stays whole; every rule is sound',
    async () => {
      await prometheus.scrape();
      // A histogram has no 0: its series begin with the first run of a kind, which is not counted.
      expect([await run([1]), await run([])]).toEqual(['succeeded', 'failed']);
      await prometheus.scrape();
      const ends = await Promise.all(Array.from({ length: 20 }, (_, index) => run(index % 4 === 0 ? [1] : [])));
      expect(ends.filter((status) => status === 'failed')).toHaveLength(15);

      const firing = await until(
        () => prometheus.alerts(),
        (all) => all.some(({ state }) => state === 'firing'),
      );
      const fast = firing.find(({ labels }) => labels['alertname'] === 'SloErrorBudgetBurnFast')!;
      const labels = { severity: 'critical', slo: 'pay-success', workflow_id: 'pay', window: '1h' };
      expect(fast.labels).toEqual({ alertname: 'SloErrorBudgetBurnFast', ...labels });
      expect(fast.annotations).toMatchObject({
        value: expect.stringMatching(/^\d+(\.\d+)?% over 1h$/) as string,
        threshold: '14.4% over 1h (14.4 x 1%)',
        slo_budget_left: expect.stringMatching(/^-\d+(\.\d+)?%$/) as string,
      });

      const success = await until(
        () => slo('pay-success'),
        ({ state }) => state === 'burning',
      );
      expect(success.reason).toBeNull();
      expect(success.budget!.remaining).toBeLessThan(0);
      // 16 of 22, however many of them the first evaluation saw.
      expect(success.budget!.errorRatio).toBeGreaterThan(0.144);
      expect(success.budget!.errorRatio).toBeLessThanOrEqual(1);
      expect(success.budget!.remaining).toBeCloseTo(1 - success.budget!.errorRatio / 0.01, 3);
      expect(success.burnRates['5m']).toBeGreaterThan(14.4);
      expect(success.burnRates['1h']).toBeGreaterThan(14.4);

      const duration = await until(
        () => slo('pay-duration'),
        ({ budget }) => budget !== null,
      );
      expect(duration).toMatchObject({ state: 'ok', reason: null, budget: { remaining: 1, errorRatio: 0 } });
      expect((await prometheus.alerts()).filter(({ labels }) => labels['slo'] === 'pay-duration')).toEqual([]);

      const rules = await until(
        async () => (await prometheus.ruleGroups()).flatMap((group) => group.rules),
        (all) => all.every(({ health }) => health !== 'unknown'),
      );
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    },
    patience,
  );

  it(
    'with the workflow go its rules and its alerts',
    async () => {
      rmSync(join(folder.path, 'workflows/pay.yaml'));
      expect(await hub.end()).toBe(0);
      hub = await startHub();
      await until(
        () => prometheus.ruleGroups(),
        (groups) => groups.length === 0,
      );
      expect(existsSync(rulesFile)).toBe(false);
      expect([await prometheus.alerts(), await slos()]).toEqual([[], []]);
      expect((await hub.call('GET', '/workflows/quiet')).status).toBe(200);
    },
    patience,
  );
});
