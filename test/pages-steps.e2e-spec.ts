import type { Page } from 'playwright-core';
import { accessibilityFaults, noBrowser, type TestBrowser } from './support/browser.js';
import type { TestHub } from './support/api/hub.js';
import { badge, PagesSite } from './support/pages/site.js';

const withBrowser = noBrowser === undefined ? describe : describe.skip;

withBrowser(`steps of every kind in Chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  let site: PagesSite;
  let hub: TestHub;
  let browser: TestBrowser;
  let rollout: string;

  beforeAll(async () => {
    site = await PagesSite.open();
    ({ hub, browser } = site);
    const hosts = Array.from({ length: 50 }, (_, n) => ({ name: `web-${n}`, bad: n === 4, ms: n < 20 ? 5 : 600_000 }));
    rollout = await site.start('rollout', { hosts });
    await eventually(async () => statusOf(await stepsOf(rollout), 'ask'), 'waiting');
    const begun = async () => (await stepsOf(rollout)).filter(({ path, status }) => path.startsWith('hosts[') && status === 'running'); // prettier-ignore
    await eventually(async () => (await begun()).at(-1)?.path, 'hosts[29]');
  });
  afterAll(() => site?.close());
  /** Nothing a page does may make a browser complain; what a test expects it takes out. */
  afterEach(() => expect(browser.complaints.splice(0)).toEqual([]));

  const stepsOf = async (id: string) =>
    (await hub.call(`/api/v1/runs/${id}`)).body.steps as { path: string; status: string; wait?: { run?: string } }[];
  const statusOf = (steps: { path: string; status: string }[], path: string) =>
    steps.find((step) => step.path === path)?.status;
  const row = (page: Page, step: string) => page.locator('.gantt tbody tr', { hasText: step });

  it.each([false, true])('say what they wait for, and until when (dark: %s)', async (dark) => {
    const [page, profile] = await site.signedIn({ dark }, 'admin');
    await page.goto(`${hub.url}/runs/${rollout}?live=off`);
    expect(await row(page, 'cool_down').textContent()).toMatch(/sleep.*waiting.*goes on in 1 hour/s);
    expect(await row(page, 'paid').textContent()).toMatch(/waiting.*for order\.paid, ends in 23 hours/s);
    expect(await row(page, 'ask').textContent()).toMatch(/approval.*waiting.*for a decision, due in 3 hours/s);
    expect(await row(page, 'checks').textContent()).toMatch(/workflow hold.*waiting.*for run [0-9a-f]{12}/s);
    expect(await row(page, 'tidy_up').textContent()).toMatch(/tidy_up\s*finally/);
    for (const step of ['cool_down', 'paid', 'ask', 'checks']) {
      const picture = row(page, step).getByRole('img');
      expect(await picture.getAttribute('aria-label')).toMatch(/^waited .* for /);
      expect(await picture.locator('.bar').count()).toBe(0);
      expect(await picture.locator('.wait').count()).toBe(1);
    }
    expect(await page.locator('#part-approvals').textContent()).toContain('Release 1.42.0 to 50 hosts?');
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, `steps-${dark ? 'dark' : 'light'}`);
    await profile.close();
  });

  it('show a step with forEach as one row, its items folded away, those that failed first', async () => {
    const [page, profile] = await site.signedIn();
    await page.goto(`${hub.url}/runs/${rollout}?live=off`);
    expect(await row(page, 'hosts').textContent()).toMatch(/running.*19 of 50 done, 1 failed/s);
    expect(await page.locator('.gantt tbody tr').count()).toBe(8);
    expect(await page.locator('#step-hosts').getAttribute('open')).toBeNull();
    await page.locator('#step-hosts > summary').click();
    await page.locator('#items-hosts > summary').click();
    const items = await page.locator('#items-hosts tbody tr').allTextContents();
    expect(items).toHaveLength(40);
    expect(items[0]).toMatch(/\[4\].*failed.*web-4 does not answer on port 22/s);
    expect(items[1]).toMatch(/\[20\].*running/s);
    expect(await page.locator('#items-hosts').textContent()).toContain('And 10 more: 10 pending.');
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, 'items-light');
    await profile.close();
  });

  it('lead to the run that a step started, and that one back', async () => {
    const [page, profile] = await site.signedIn();
    const child = (await stepsOf(rollout)).find(({ path }) => path === 'checks')!.wait!.run!;
    await page.goto(`${hub.url}/runs/${rollout}?live=off`);
    await row(page, 'checks').getByRole('link', { name: 'run' }).click();
    await page.waitForURL(`${hub.url}/runs/${child}`);
    expect(await page.locator('#part-facts').textContent()).toMatch(/workflow\s*by step checks of run/);
    await page.locator('#part-facts').getByRole('link', { name: 'run' }).click();
    await page.waitForURL(`${hub.url}/runs/${rollout}`);
    await page.goto(`${hub.url}/runs?live=off`);
    await page
      .locator(`#run-${child}`)
      .getByRole('link', { name: `run ${rollout.slice(-12)}` })
      .click();
    await page.waitForURL(`${hub.url}/runs/${rollout}`);
    await profile.close();
  });

  it('are paused and resumed by a button, and say who paused them', async () => {
    const id = await site.start('tidy', { ms: 0 });
    const [page, profile] = await site.signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await page.locator('h1 .badge', { hasText: 'running' }).waitFor();
    await page.getByRole('button', { name: 'Pause run' }).click();
    await page.getByRole('button', { name: 'Resume run' }).waitFor();
    expect(await badge(page)).toBe('paused');
    expect(await page.locator('#part-buttons').textContent()).toContain('Paused by operator');
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, 'paused-light');
    await page.getByRole('button', { name: 'Resume run' }).click();
    await page.locator('h1 .badge', { hasText: 'running' }).waitFor();
    expect(await audited(id)).toEqual(['run.resume', 'run.pause']);
    await profile.close();
  });

  it('are cancelled with their finally, which can be done without, at once or later', async () => {
    const [with_, without] = [await site.start('tidy', { ms: 600_000 }), await site.start('tidy', { ms: 0 })];
    const [page, profile] = await site.signedIn();
    await page.goto(`${hub.url}/runs/${without}`);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await browser.screenshot(page, 'cancel-finally-light');
    await page.getByLabel('Without the steps of finally').check();
    await page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await page.locator('h1 .badge', { hasText: 'cancelled' }).waitFor();
    expect(statusOf(await stepsOf(without), 'clean')).toBe('cancelled');
    await page.goto(`${hub.url}/runs/${with_}`);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await row(page, 'clean').getByText('running').waitFor();
    await page.getByRole('button', { name: 'End without finally' }).click();
    await page.getByRole('button', { name: 'Yes, end it' }).click();
    await page.locator('h1 .badge', { hasText: 'cancelled' }).waitFor();
    expect(statusOf(await stepsOf(with_), 'clean')).toBe('cancelled');
    await profile.close();
  });

  it('are done again, all of them or from one on', async () => {
    const id = await site.start('deploy-shop', { service: 'shop', version: '1.42.0', regions: ['eu'] });
    await hub.ended(id);
    const [page, profile] = await site.signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await page.getByRole('button', { name: 'Run again' }).click();
    await browser.screenshot(page, 'rerun-light');
    await page.getByLabel('From').selectOption('release');
    await page.getByRole('button', { name: 'Start it' }).click();
    await page.waitForURL((url) => !url.pathname.endsWith(id));
    await page.locator('h1 .badge', { hasText: 'succeeded' }).waitFor();
    expect(await row(page, 'build').textContent()).toContain('kept from the run before');
    expect(await row(page, 'release').getByRole('img').getAttribute('aria-label')).toMatch(/^attempt 1 succeeded/);
    await page
      .locator('#part-facts')
      .getByRole('link', { name: `run ${id.slice(-12)}` })
      .click();
    await page.waitForURL(`${hub.url}/runs/${id}`);
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByRole('button', { name: 'Start it' }).click();
    await page.waitForURL((url) => !url.pathname.endsWith(id));
    await row(page, 'checkout').getByRole('img').waitFor();
    expect(await audited(id)).toEqual(['run.rerun', 'run.rerun']);
    await profile.close();
  });

  it('offer a viewer no button', async () => {
    const ended = await site.start('hostile', { text: 'x' });
    await hub.ended(ended);
    const [page, profile] = await site.signedIn({}, 'viewer');
    for (const id of [ended, rollout]) {
      await page.goto(`${hub.url}/runs/${id}?live=off`);
      expect(await page.locator('main').getByRole('button').count()).toBe(0);
    }
    await profile.close();
  });

  async function audited(target: string): Promise<string[]> {
    const { items } = (await hub.call(`/api/v1/audit?target=${target}`)).body as { items: { action: string }[] };
    return items.map(({ action }) => action);
  }
});

async function eventually(read: () => Promise<unknown>, wanted: unknown): Promise<void> {
  for (let n = 0; n < 300 && (await read()) !== wanted; n += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await read()).toBe(wanted);
}
