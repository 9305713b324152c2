import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClosedPath } from './support/alerts/closed-path.js';
import { noBrowser, TestBrowser } from './support/browser.js';
import { notification } from './support/notifier-site.js';
import { prometheusOnPath } from './support/prometheus.js';
import { alertmanagerProgram } from './support/stack/alertmanager.js';

/** Fires when more than a fifth of the runs of a minute fail. */
const symptom = 'WorkflowFailureRatioHigh';
/** Breach -> Slack within this, ms: what the product promises. */
const promiseMs = 60_000;
/** `npm run e2e:alerts` asks for more of everything. */
const number = (name: string, fallback: number) => Number(process.env[name] ?? fallback);
const rounds = number('CC_ALERTS_ROUNDS', 2);
const groups = number('CC_ALERTS_GROUPS', 100);
const limitedSeconds = number('CC_ALERTS_LIMITED_SECONDS', 12);
const outageSeconds = number('CC_ALERTS_OUTAGE_SECONDS', 12);

const figures: Record<string, unknown> = {};
const note = (name: string, value: unknown) => (figures[name] = value);

const whole = prometheusOnPath && alertmanagerProgram !== undefined ? describe : describe.skip;

whole('from breach to Slack, with real programs (skipped without Prometheus and Alertmanager on the PATH)', () => {
  const patience = (rounds * 120 + outageSeconds + limitedSeconds + 900) * 1_000;
  let path: ClosedPath;
  afterEach(async () => path.stop());
  afterAll(() => {
    const file = process.env['CC_ALERTS_FIGURES'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(figures));
  });

  async function until(what: string, seconds: number, holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + seconds * 1_000; !(await holds()); await sleep(50)) {
      if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    }
  }
  const shot = async (name: string) => {
    if (process.env['COMMANDCENTER_SCREENSHOTS'] === undefined || noBrowser !== undefined) return;
    const browser = await TestBrowser.launch();
    for (const dark of [false, true]) {
      const page = await (await browser.profile({ dark, width: 900 })).newPage();
      await page.goto(path.inbox.url);
      await browser.screenshot(page, `slack-${name}${dark ? '-dark' : ''}`);
    }
    await browser.close();
  };
  const saying = (...words: string[]) => path.texts().filter(({ text }) => words.every((word) => text.includes(word)));
  const quantiles = (values: readonly number[]) => {
    const sorted = [...values].sort((a, b) => a - b);
    return { rounds: sorted.length, p50: sorted[Math.floor((sorted.length - 1) / 2)], max: sorted.at(-1) };
  };

  it(
    'a breach is a message within a minute, round after round, and its end is one too',
    async () => {
      const seconds: number[] = [];
      for (let round = 0; round < rounds; round++) {
        if (round > 0) await path.stop();
        path = await ClosedPath.start();
        await until('two scrapes', 60, async () => ((await path.prometheus!.value('count_over_time(up{job="commandcenter"}[1m])')) ?? 0) >= 2); // prettier-ignore
        await path.run('well', 10);
        // Anywhere between two scrapes and two evaluations.
        await sleep(Math.random() * 5_000);
        await path.run('broken', 6);
        const breach = await path.breach();
        await until('the message', 120, () => saying('FIRING', symptom).length > 0);
        seconds.push((saying('FIRING', symptom)[0]!.time - breach) / 1_000);
      }
      note('breach -> message, s', quantiles(seconds));
      await shot('firing');
      expect(Math.max(...seconds) * 1_000).toBeLessThanOrEqual(promiseMs);

      // No more failures: the minute of the rule passes, then the two minutes for which it keeps firing.
      const quiet = Date.now();
      await until('the end of the alert', 400, () => saying('RESOLVED', symptom).length > 0);
      note('last failure -> resolved message, s (1 min window, 2 min keep_firing_for)', (saying('RESOLVED', symptom)[0]!.time - quiet) / 1_000); // prettier-ignore
      await shot('resolved');
    },
    patience,
  );

  it(
    'a hub killed after its 2xx and before its request to Slack: the message arrives, once',
    async () => {
      path = await ClosedPath.start({ prometheus: false });
      // The channel rests a second after a message: the next one waits, durably, and nobody has asked Slack yet.
      expect(await path.notify(notification('First'))).toBe(202);
      await until('the first message', 30, () => saying('First').length === 1);
      const asked = path.inbox.requests;
      expect(await path.notify(notification('Second'))).toBe(202);
      await path.kill();
      expect([path.inbox.requests, saying('Second').length]).toEqual([asked, 0]);
      await path.restart();
      await until('the second message', 60, () => saying('Second').length > 0);
      await sleep(3_000);
      expect([saying('First').length, saying('Second').length, path.inbox.requests]).toEqual([1, 1, asked + 1]);
      note('kill -9 between 2xx and Slack', 'arrived once');
    },
    patience,
  );

  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(3, '0')}x`); // prettier-ignore
  const raise = (all: readonly string[]) => path.alertmanager.raise(...all.map((workflow_id) => ({ alertname: 'Theirs', severity: 'critical', workflow_id }))); // prettier-ignore
  const accepted = async () => {
    const { rows } = await path.sql.query<{ data: string }>('SELECT data FROM plugin_queue_item ORDER BY seq');
    return rows.map(
      ({ data }) => (JSON.parse(data) as { groupLabels: { workflow_id: string } }).groupLabels.workflow_id,
    );
  };
  /** In the order in which messages name them first. */
  const told = (all: readonly string[]) => {
    const text = path.texts().map((message) => message.text).join('\n'); // prettier-ignore
    return all.filter((name) => text.includes(name)).sort((a, b) => text.indexOf(a) - text.indexOf(b));
  };

  it(
    'Slack that answers 429 while many groups fire: nothing is lost, their order stays',
    async () => {
      path = await ClosedPath.start({ prometheus: false });
      path.inbox.behave({ status: 429, retryAfter: 5 });
      const all = names('flood', groups);
      await raise(all);
      await until('all of them to be accepted', 120, async () => (await accepted()).length >= groups);
      await sleep(limitedSeconds * 1_000);
      expect(path.inbox.messages).toEqual([]);
      const before = path.inbox.requests;
      path.inbox.behave({ limit: true });
      await until('all of them to be told', 240, () => told(all).length === groups);
      expect(told(all)).toEqual([...new Set(await accepted())]);
      await shot('merged');
      note('429 with Retry-After 5', { seconds: limitedSeconds, groups, told: told(all).length, messages: path.texts().length, requests: before }); // prettier-ignore
    },
    patience,
  );

  it(
    'Slack that is down: all is delivered after',
    async () => {
      path = await ClosedPath.start({ prometheus: false });
      path.inbox.behave({ drop: true });
      const all = names('outage', 20);
      await raise(all);
      await until('all of them to be accepted', 120, async () => (await accepted()).length >= 20);
      await sleep(outageSeconds * 1_000);
      expect(path.inbox.messages).toEqual([]);
      path.inbox.behave({ status: 200 });
      const back = Date.now();
      await until('all of them to be told', 240, () => told(all).length === 20);
      expect(told(all)).toEqual([...new Set(await accepted())]);
      note('Slack down', {
        seconds: outageSeconds,
        groups: 20,
        told: 20,
        'all told after, s': (Date.now() - back) / 1_000,
      });
    },
    patience,
  );
});
