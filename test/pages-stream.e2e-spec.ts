import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { RunStreams } from '../src/api/stream/run-streams.js';
import { Authenticator } from '../src/identity/index.js';
import { noRun } from './support/api/checked-hub.js';
import { EventSourceClient } from './support/api/event-source.js';
import { TestHub } from './support/api/hub.js';
import { noBrowser, type TestBrowser } from './support/browser.js';
import { PagesSite } from './support/pages/site.js';
import { stageWorkflows } from './support/pages/stage.js';

/** Before the page would draw itself anew without being told, ms. */
const soon = 20_000;

const withBrowser = noBrowser === undefined ? describe : describe.skip;

withBrowser(`the stream of an open page${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  let site: PagesSite;
  let hub: TestHub;
  let browser: TestBrowser;
  let streams: RunStreams;

  beforeAll(async () => {
    site = await PagesSite.open();
    ({ hub, browser } = site);
    streams = hub.app.get(RunStreams, { strict: false });
  });
  afterAll(() => site?.close());
  afterEach(async () => {
    await Promise.all(profiles.splice(0).map((profile) => profile.close()));
    expect(browser.complaints.splice(0)).toEqual([]);
  });

  const profiles: BrowserContext[] = [];
  const signedIn = async () => {
    const [page, profile] = await site.signedIn();
    profiles.push(profile);
    return page;
  };

  const count = async (wanted: number) => {
    for (let n = 0; n < 1_000 && streams.count !== wanted; n += 1) await sleep(20);
    expect(streams.count).toBe(wanted);
  };
  const requestsOf = (page: Page) => {
    const paths: string[] = [];
    page.on('request', (request) => paths.push(new URL(request.url()).pathname));
    return paths;
  };
  /** As a browser does when another tab is chosen. */
  const look = (page: Page, away: boolean) =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${away} });
      document.dispatchEvent(new Event('visibilitychange'));`);

  it('brings what happens to the page, which asks nothing while nothing happens', async () => {
    const id = await site.start('ask');
    const page = await signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await page.evaluate('globalThis.sameDocument = true');
    await page.locator('#part-approvals').getByText('Restart billing?').waitFor();
    await count(1);
    await page.waitForTimeout(2_000);
    const requests = requestsOf(page);
    const took = () => page.locator('#part-facts .big').first().innerText();
    const place = async (shape: string, name: string) =>
      Number.parseFloat((await page.locator(`.bars ${shape}`).first().getAttribute(name))!);
    const [before, from] = [await took(), await place('.bar.succeeded', 'x')];
    await page.waitForTimeout(5_000);
    expect(requests).toEqual([]);
    // Time goes on without the hub.
    expect(Number.parseFloat(await took()) - Number.parseFloat(before)).toBeGreaterThan(3);
    expect(await place('.bar.succeeded', 'x')).toBeLessThan(from * 0.8);
    expect(await place('.wait', 'x2')).toBe(100);
    expect(await page.locator('#part-facts').innerText()).toMatch(/\b[5-9] seconds ago|\d\d seconds ago/);
    await browser.screenshot(page, 'stream-waits');

    const { items } = (await hub.call(`/api/v1/approvals?run=${id}`)).body as { items: { id: string }[] };
    await hub.post(`/api/v1/approvals/${items[0]!.id}/decision`, { decision: 'approve' });
    await page.locator('#step-ok .badge', { hasText: 'succeeded' }).waitFor({ timeout: soon });
    await page.locator('h1 .badge', { hasText: 'succeeded' }).waitFor();
    expect(await page.locator('#part-approvals').innerText()).toBe('');
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
    await count(0);
    await page.waitForTimeout(2_000);
    const asked = requests.length;
    expect(asked).toBeLessThan(8);
    // All there is is on the page.
    await page.waitForTimeout(3_000);
    expect(requests).toHaveLength(asked);
    await browser.screenshot(page, 'stream-ended');
  });

  it('brings lines of the log, which are no events', async () => {
    const id = await site.start('hold');
    const page = await signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await page.locator('#log-lines').getByText('waiting').waitFor();
    await hub.database.pool.query(
      `INSERT INTO run_log (run_id, at, level, step, attempt, message) VALUES ($1, now(), 'info', 'wait', 1, 'one more')`,
      [id],
    );
    await page.locator('#log-lines').getByText('one more').waitFor({ timeout: soon });
  });

  it('is held by no page that nobody sees or that is paused', async () => {
    const id = await site.start('hold');
    const page = await signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await count(1);
    await look(page, true);
    await count(0);
    await page.waitForTimeout(300);
    const requests = requestsOf(page);
    await hub.database.pool.query(
      `INSERT INTO run_log (run_id, at, level, step, attempt, message) VALUES ($1, now(), 'info', 'wait', 1, 'unseen')`,
      [id],
    );
    await page.waitForTimeout(3_000);
    expect(requests).toEqual([]);
    await look(page, false);
    await page.locator('#log-lines').getByText('unseen').waitFor({ timeout: soon });
    await count(1);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await count(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await count(1);
    await page.goto('about:blank');
    await count(0);
  });

  it('comes back when it breaks', async () => {
    const id = await site.start('hold');
    const page = await signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await page.locator('#log-lines').getByText('waiting').waitFor();
    for (let n = 0; n < 3; n += 1) {
      await count(1);
      hub.server.server.closeAllConnections();
      await count(0);
    }
    await count(1);
    await hub.post(`/api/v1/runs/${id}/cancel`, {});
    await page.locator('h1 .badge', { hasText: 'cancelled' }).waitFor({ timeout: soon });
    expect(browser.complaints.splice(0).every((one) => one.includes('ERR_'))).toBe(true);
  });

  it('is not needed: where there is none the page asks again and again', async () => {
    const id = await site.start('short');
    const page = await signedIn();
    await page.route('**/stream', (route) => route.abort());
    await page.goto(`${hub.url}/runs/${id}`);
    await page.locator('h1 .badge', { hasText: 'succeeded' }).waitFor();
    expect(browser.complaints.splice(0).every((one) => one.includes('ERR_FAILED'))).toBe(true);
  });

  it('is for so many of a token, whichever stream; who gets none asks', async () => {
    const strict = await TestHub.start(stageWorkflows, { maxStreamsPerToken: 1, graceMs: 100 }, site.plugins);
    const token = await strict.token('viewer');
    const { id } = (await strict.post('/api/v1/workflows/hold/runs', { input: {} })).body as { id: string };
    const headers = { authorization: `Bearer ${token}` };
    const held = await EventSourceClient.open(`${strict.url}/api/v1/runs/${id}/stream`, headers);
    const answer = await strict.call(`/runs/${id}/stream`, { token });
    expect([answer.status, answer.body.code]).toEqual([429, 'CC_TOO_MANY_STREAMS']);
    held.cut();
    for (const own = strict.app.get(RunStreams, { strict: false }); own.count > 0;) await sleep(10);
    const { response } = await EventSourceClient.open(`${strict.url}/runs/${id}/stream`, headers);
    expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream; charset=utf-8' });
    response.destroy();
    expect((await strict.call(`/runs/${noRun}/stream`, { token })).status).toBe(404);
    expect((await strict.call(`/runs/${id}/stream`, { token: null })).status).toBe(401);
    await strict.close();
  });

  it('ends with the session, and leads to the page to sign in at', async () => {
    const id = await site.start('hold');
    const page = await signedIn();
    const before = streams.times;
    streams.times = { ...before, beatMs: 100, retryMs: 100 };
    await page.goto(`${hub.url}/runs/${id}`);
    await count(1);
    await hub.database.pool.query('DELETE FROM session');
    hub.app.get(Authenticator, { strict: false }).forgetAll();
    await page.waitForURL(/\/login\?next=/);
    await count(0);
    streams.times = before;
    browser.complaints.splice(0);
  });
});
