import { accessibilityFaults, noBrowser, type TestBrowser } from './support/browser.js';
import type { TestHub } from './support/api/hub.js';
import { badge, PagesSite, tabTo } from './support/pages/site.js';
import { hostileText } from './support/pages/stage.js';

const withBrowser = noBrowser === undefined ? describe : describe.skip;

withBrowser(`the pages in Chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  let site: PagesSite;
  let hub: TestHub;
  let browser: TestBrowser;

  beforeAll(async () => {
    site = await PagesSite.open();
    ({ hub, browser } = site);
  });
  afterAll(() => site?.close());
  /** Nothing a page does may make a browser complain; what a test expects it takes out. */
  afterEach(() => expect(browser.complaints.splice(0)).toEqual([]));

  it('ask who is not signed in to do that, tell a wrong token, and lead to where one wanted to go', async () => {
    const profile = await browser.profile();
    const page = await profile.newPage();
    await page.goto(`${hub.url}/runs?workflow=hold`);
    expect(page.url()).toContain('/login?next=');
    expect(await page.evaluate('document.activeElement.id')).toBe('token');
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, 'login-light');
    await page.keyboard.type('cc_wrong');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('alert').textContent()).toContain('unknown, revoked or expired');
    expect(browser.complaints.splice(0)).toEqual([expect.stringContaining('401')]);
    await page.getByLabel('Token').fill(await hub.token('viewer'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${hub.url}/runs?workflow=hold`);
    expect(await profile.cookies()).toMatchObject([{ name: 'cc_session', httpOnly: true, sameSite: 'Strict' }]);
    expect(await page.evaluate('document.cookie')).toBe('');
    await profile.close();
  });

  it('say how to start a first run while there is none', async () => {
    const [page, profile] = await site.signedIn();
    expect(await page.getByRole('heading', { name: 'No runs yet' }).isVisible()).toBe(true);
    expect(await page.textContent('main')).toContain('npx commandcenter run hello');
    await browser.screenshot(page, 'empty-light');
    await profile.close();
  });

  it('list runs, filter them by a link and by the form, and open one by keyboard', async () => {
    const failed = await site.start('nightly-import');
    const done = await site.start('deploy-shop', {
      service: 'shop',
      version: '1.42.0',
      regions: ['eu-central', 'us-east'],
    });
    await site.start('hold');
    await Promise.all([hub.ended(failed), hub.ended(done)]);
    const [page, profile] = await site.signedIn();
    const rows = page.locator('tbody tr');
    expect(await rows.count()).toBe(3);
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, 'list-light');
    await page.getByRole('link', { name: 'Failed' }).click();
    expect(await rows.allTextContents()).toEqual([expect.stringContaining('Nightly import')]);
    await page.getByRole('link', { name: 'All', exact: true }).click();
    await page.getByLabel('Workflow').selectOption('deploy-shop');
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.waitForURL('**/runs?workflow=deploy-shop**');
    expect(await rows.count()).toBe(1);
    await tabTo(page, 'Deploy the shop');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${hub.url}/runs/${done}`);
    await profile.close();
  });

  it.each([false, true])('show a run with all there is to know of it (dark: %s)', async (dark) => {
    const mode = dark ? 'dark' : 'light';
    const [page, profile] = await site.signedIn({ dark });
    const { items } = (await hub.call('/api/v1/runs')).body as { items: { id: string; workflow: string }[] };
    const idOf = (workflow: string) => items.find((run) => run.workflow === workflow)!.id;
    const seen: Record<string, string> = {};
    for (const [name, workflow] of [
      ['succeeded', 'deploy-shop'],
      ['failed', 'nightly-import'],
      ['running', 'hold'],
    ] as const) {
      await page.goto(`${hub.url}/runs/${idOf(workflow)}`);
      expect(await badge(page)).toBe(name);
      expect(await accessibilityFaults(page)).toEqual([]);
      seen[name] = (await page.textContent('main'))!;
      if (name === 'succeeded') {
        const label = await page.locator('tr', { hasText: 'test_browser' }).getByRole('img').getAttribute('aria-label');
        expect(label).toMatch(/^attempt 1 failed after .*; waited .* after attempt 1; attempt 2 succeeded after /);
        const trace = await page.getByRole('link', { name: 'Trace in Grafana' }).getAttribute('href');
        expect(trace).toMatch(/^http:\/\/127\.0\.0\.1:3003\/explore\?schemaVersion=1&panes=/);
        await page.locator('#step-build > summary').click();
        await page.locator('#step-output-build > summary').click();
        expect(await page.locator('#step-output-build').textContent()).toContain('sha256:9f0a');
      }
      await browser.screenshot(page, `${name}-${mode}`);
    }
    expect(seen['succeeded']).toMatch(/eu-central.*\$0\.0\d+|\$0\.0\d+.*eu-central/s);
    expect(seen['succeeded']).toContain('1840 tests passed');
    expect(seen['failed']).toContain('Step load failed');
    expect(seen['failed']).toContain('duplicate key value violates unique constraint "order_pkey"');
    expect(seen['failed']).toContain('a needed step failed');
    const background = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const brightness = Math.max(...background.match(/\d+/g)!.map(Number));
    expect(dark ? brightness < 60 : brightness > 200).toBe(true);
    await page.goto(`${hub.url}/runs`);
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, `list-${mode}`);
    await profile.close();
  });

  it('say what a waiting run waits for, and until when', async () => {
    const id = await site.start('later');
    const [page, profile] = await site.signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await page.locator('h1 .badge', { hasText: 'waiting' }).waitFor();
    const row = page.locator('tr', { hasText: 'ask' });
    await row.getByText('attempt 2 in 59 minutes').waitFor();
    expect(await row.getByRole('img').getAttribute('aria-label')).toMatch(/^attempt 1 failed after .*; waited /);
    expect(await page.textContent('#step-ask')).toContain('503 from partner.example');
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, 'waiting-light');
    await profile.close();
  });

  it('show hostile names, inputs, outputs, errors and log lines as the text they are', async () => {
    const id = await site.start('hostile', {
      text: hostileText,
      '<img src=x onerror=alert(7)>': '</code></pre><script>alert(8)',
    });
    await hub.ended(id);
    const [page, profile] = await site.signedIn();
    for (const path of [`/runs/${id}`, '/runs', '/runs?workflow=hostile']) {
      await page.goto(hub.url + path);
      await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
      await page.evaluate(
        `for (const one of document.querySelectorAll('main *')) one.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))`,
      );
      expect(await page.title()).not.toBe('owned');
      expect(await page.locator('main :is(script, img, svg[onload], [onmouseover], [onerror], textarea)').count()).toBe(
        0,
      );
      expect(await page.locator('a[href^="javascript:" i]').count()).toBe(0);
      if (path !== `/runs/${id}`) continue;
      const text = (await page.textContent('main'))!;
      for (const line of hostileText.split('\n')) expect(text).toContain(line);
    }
    await page.goto(`${hub.url}/runs/${id}`);
    await browser.screenshot(page, 'hostile-light');
    // The console stays silent: nothing ran, and nothing had to be blocked (checked after each test).
    await profile.close();
  });

  it('show the last lines of a long log, and all of them when asked', async () => {
    const id = await site.start('chatty');
    await hub.ended(id);
    const [page, profile] = await site.signedIn();
    const lines = page.locator('#log-lines tbody tr');
    const shown = async (count: number) => {
      for (let n = 0; n < 50 && (await lines.count()) !== count; n += 1) {
        await page.waitForTimeout(100);
        await page.reload();
      }
      expect(await lines.count()).toBe(count);
    };
    await page.goto(`${hub.url}/runs/${id}`);
    await shown(200);
    expect(await lines.last().textContent()).toContain('line 300');
    await page.getByRole('link', { name: 'Show all' }).click();
    await shown(300);
    await profile.close();
  });

  it('lead to the documentation of the API, which is open to who is signed in and asks others for a token', async () => {
    const [page, profile] = await site.signedIn();
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await page.getByText('/api/v1/workflows/{id}/runs').first().waitFor();
    expect(await page.locator('#token').count()).toBe(0);
    // As Swagger UI does it when somebody tries a call out.
    const call = `fetch('/api/v1/workflows/hold/runs', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })`;
    expect(await page.evaluate(`${call}.then(({ status }) => status)`)).toBe(202);
    await profile.clearCookies();
    await page.reload();
    await page.locator('#token').fill(await hub.token('viewer'));
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('/api/v1/workflows/{id}/runs').first().waitFor();
    expect(browser.complaints.splice(0).filter((one) => !one.includes('401'))).toEqual([]);
    await profile.close();
  });

  it('fit a phone: only tables scroll sideways', async () => {
    const [page, profile] = await site.signedIn({ width: 390 });
    const { items } = (await hub.call('/api/v1/runs?workflow=deploy-shop')).body as { items: { id: string }[] };
    for (const [name, path] of [
      ['list', '/runs'],
      ['run', `/runs/${items[0]!.id}`],
    ] as const) {
      await page.goto(hub.url + path);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
      await browser.screenshot(page, `phone-${name}-light`);
    }
    await profile.close();
  });
});
