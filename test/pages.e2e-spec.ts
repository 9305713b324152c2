import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults, noBrowser, TestBrowser, type Visit } from './support/browser.js';
import { TestHub } from './support/api/hub.js';
import { hostileText, stagePlugin, stageWorkflows } from './support/pages/stage.js';

const withBrowser = noBrowser === undefined ? describe : describe.skip;

withBrowser(`the pages in Chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
  let hub: TestHub;
  let browser: TestBrowser;
  const plugins = stagePlugin();

  beforeAll(async () => {
    const stage = { use: './stage.mjs', options: {}, secrets: [], onError: 'fail' } as const;
    hub = await TestHub.start(stageWorkflows, { graceMs: 100 }, { root: plugins.path, plugins: [stage] });
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser?.close();
    await hub?.close();
    plugins.remove();
  });
  /** Nothing a page does may make a browser complain; what a test expects it takes out. */
  afterEach(() => expect(browser.complaints.splice(0)).toEqual([]));

  const start = async (workflow: string, input: object = {}): Promise<string> =>
    (await hub.post(`/api/v1/workflows/${workflow}/runs`, { input })).body.id as string;
  const signIn = async (page: Page, role: 'viewer' | 'operator' | 'admin' = 'operator') => {
    await page.goto(`${hub.url}/login`);
    await page.getByLabel('Token').fill(await hub.token(role));
    await page.keyboard.press('Enter');
    await page.waitForURL(`${hub.url}/runs`);
  };
  const signedIn = async (visit: Visit = {}, role?: 'viewer' | 'operator'): Promise<[Page, BrowserContext]> => {
    const profile = await browser.profile(visit);
    const page = await profile.newPage();
    await signIn(page, role);
    return [page, profile];
  };
  const badge = async (page: Page) => (await page.locator('h1 .badge').innerText()).trim();
  const focused = (page: Page) => page.evaluate<string>('document.activeElement.textContent.trim()');
  const tabTo = async (page: Page, text: string) => {
    for (let n = 0; n < 60 && (await focused(page)) !== text; n += 1) await page.keyboard.press('Tab');
    expect(await focused(page)).toBe(text);
  };

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
    const [page, profile] = await signedIn();
    expect(await page.getByRole('heading', { name: 'No runs yet' }).isVisible()).toBe(true);
    expect(await page.textContent('main')).toContain('npx commandcenter run hello');
    await browser.screenshot(page, 'empty-light');
    await profile.close();
  });

  it('list runs, filter them by a link and by the form, and open one by keyboard', async () => {
    const failed = await start('nightly-import');
    const done = await start('deploy-shop', { service: 'shop', version: '1.42.0', regions: ['eu-central', 'us-east'] });
    await start('hold');
    await Promise.all([hub.ended(failed), hub.ended(done)]);
    const [page, profile] = await signedIn();
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
    const [page, profile] = await signedIn({ dark });
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
    const id = await start('later');
    const [page, profile] = await signedIn();
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

  it('follow a run to its end by themselves, without losing what the reader opened', async () => {
    const [page, profile] = await signedIn();
    const id = await start('short');
    await page.goto(`${hub.url}/runs/${id}`);
    await page.evaluate('globalThis.sameDocument = true');
    expect(await badge(page)).toBe('running');
    await page.locator('#step-first > summary').click();
    await page.locator('#step-first > summary').focus();
    await page.getByText('second line').waitFor();
    await page.locator('h1 .badge', { hasText: 'succeeded' }).waitFor();
    expect(await page.title()).toMatch(/^Take a moment succeeded/);
    expect(await page.getByRole('status').textContent()).toBe('The run has succeeded.');
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true);
    expect(await page.locator('#step-first').getAttribute('open')).not.toBeNull();
    expect(await page.locator('#part-output').textContent()).toContain('2');
    expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Cancel run' }).count()).toBe(0);
    await profile.close();
  });

  it('stand still when the reader pauses them, and go on when asked', async () => {
    const [page, profile] = await signedIn();
    await page.getByRole('button', { name: 'Pause' }).click();
    let asked = 0;
    page.on('request', () => (asked += 1));
    await page.waitForTimeout(6000);
    expect(asked).toBe(0);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.waitForResponse(`${hub.url}/runs`);
    await profile.close();
  });

  it('say so when the hub does not answer, and go on when it does', async () => {
    const [page, profile] = await signedIn();
    await page.route('**/runs', (route) => route.abort());
    await page.getByText('The hub does not answer').waitFor();
    await page.unroute('**/runs');
    await page.getByText('Live', { exact: true }).waitFor();
    expect(browser.complaints.splice(0)).toContainEqual(expect.stringContaining('ERR_FAILED'));
    await profile.close();
  });

  it('let a run be cancelled by keyboard alone, after asking', async () => {
    const id = await start('hold');
    const [page, profile] = await signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await tabTo(page, 'Cancel run');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('Keep it running');
    await browser.screenshot(page, 'cancel-light');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await tabTo(page, 'Cancel run');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.type('wrong version');
    await tabTo(page, 'Yes, cancel it');
    await page.keyboard.press('Enter');
    await page.locator('h1 .badge', { hasText: 'cancelled' }).waitFor();
    expect(await page.textContent('#part-error')).toMatch(/was cancelled by operator .*: wrong version/);
    await profile.close();
  });

  it('offer a viewer nothing a viewer may not do', async () => {
    const id = await start('hold');
    const [page, profile] = await signedIn({}, 'viewer');
    await page.goto(`${hub.url}/runs/${id}`);
    expect(await badge(page)).toBe('running');
    expect(await page.getByRole('button', { name: 'Cancel run' }).count()).toBe(0);
    await profile.close();
  });

  it('show hostile names, inputs, outputs, errors and log lines as the text they are', async () => {
    const id = await start('hostile', {
      text: hostileText,
      '<img src=x onerror=alert(7)>': '</code></pre><script>alert(8)',
    });
    await hub.ended(id);
    const [page, profile] = await signedIn();
    for (const path of [`/runs/${id}`, '/runs', '/runs?workflow=hostile']) {
      await page.goto(hub.url + path);
      for (const summary of await page.locator('details:not([open]) > summary').all()) await summary.click();
      for (const one of await page.locator('main *').all()) await one.dispatchEvent('mouseover');
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
    const id = await start('chatty');
    await hub.ended(id);
    const [page, profile] = await signedIn();
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

  it('work without a script: they renew themselves, and that can be paused', async () => {
    const id = await start('hold');
    const [page, profile] = await signedIn({ script: false });
    await page.goto(`${hub.url}/runs/${id}`);
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(1);
    await page.getByRole('link', { name: 'Pause' }).click();
    await page.waitForURL(`${hub.url}/runs/${id}?live=off`);
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(0);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await page.waitForURL(`${hub.url}/runs/${id}`);
    await hub.ended(id);
    await profile.close();
  });

  it('fit a phone: only tables scroll sideways', async () => {
    const [page, profile] = await signedIn({ width: 390 });
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

  describe('and other sites', () => {
    let elsewhere: string;
    let content = '';
    // To a browser localhost and 127.0.0.1 are different sites.
    const site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(content));
    beforeAll(async () => {
      await new Promise<void>((resolve) => site.listen(0, 'localhost', resolve));
      elsewhere = `http://localhost:${(site.address() as AddressInfo).port}/`;
    });
    afterAll(() => new Promise((resolve) => site.close(resolve)));

    it('a link on one leads to the page, though the cookie does not travel with it', async () => {
      const id = await start('hold');
      const [page, profile] = await signedIn();
      content = `<title>chat</title><link rel="icon" href="data:,"><a href="${hub.url}/runs/${id}">the run</a>`;
      await page.goto(elsewhere);
      await page.getByText('the run').click();
      await page.waitForURL(`${hub.url}/runs/${id}`);
      expect(await page.locator('h1').textContent()).toContain('Wait for the release');
      await profile.close();
    });

    it('a form on one cancels nothing', async () => {
      const id = await start('hold');
      const [page, profile] = await signedIn();
      content = `<title>trap</title><link rel="icon" href="data:,"><form method="post" action="${hub.url}/runs/${id}/cancel"><button>Win</button></form>`;
      await page.goto(elsewhere);
      await page.getByText('Win').click();
      await page.waitForURL(`${hub.url}/**`);
      expect((await hub.call(`/api/v1/runs/${id}`)).body.status).toBe('running');
      await profile.close();
    });
  });

  it('sign out: the session is over, not only its cookie gone', async () => {
    const [page, profile] = await signedIn();
    const [cookie] = await profile.cookies();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${hub.url}/login`);
    expect(await profile.cookies()).toEqual([]);
    await page.goto(`${hub.url}/runs`);
    expect(page.url()).toBe(`${hub.url}/login`);
    await profile.addCookies([cookie!]);
    await page.goto(`${hub.url}/runs`);
    expect(page.url()).toBe(`${hub.url}/login`);
    await profile.close();
  });

  it('notice when the session ends under an open page', async () => {
    const [page, profile] = await signedIn();
    await hub.database.pool.query('DELETE FROM session');
    await page.waitForURL(`${hub.url}/login`, { timeout: 20_000 });
    await profile.close();
  });
});
