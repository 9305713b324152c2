import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Authenticator } from '../src/identity/index.js';
import { noBrowser, type TestBrowser } from './support/browser.js';
import type { TestHub } from './support/api/hub.js';
import { badge, focused, PagesSite, tabTo } from './support/pages/site.js';

const withBrowser = noBrowser === undefined ? describe : describe.skip;

withBrowser(`open pages in Chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
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

  it('follow a run to its end by themselves, without losing what the reader opened', async () => {
    const [page, profile] = await site.signedIn();
    const id = await site.start('short');
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
    expect(await page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Cancel run' }).count()).toBe(0);
    await profile.close();
  });

  it('stand still when the reader pauses them, and go on when asked', async () => {
    const [page, profile] = await site.signedIn();
    await page.clock.install();
    await page.goto(`${hub.url}/runs`);
    const first = page.waitForResponse(`${hub.url}/runs`);
    await page.clock.fastForward(30_000);
    await first;
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    let asked = 0;
    page.on('request', () => (asked += 1));
    await page.clock.fastForward(3_600_000);
    await page.waitForTimeout(300);
    expect(asked).toBe(0);
    const answer = page.waitForResponse(`${hub.url}/runs`);
    await page.getByRole('button', { name: 'Go on' }).click();
    await answer;
    await profile.close();
  });

  it('say so when the hub does not answer, and go on when it does', async () => {
    const [page, profile] = await site.signedIn();
    await page.clock.install();
    await page.goto(`${hub.url}/runs`);
    await page.route('**/runs', (route) => route.abort());
    await page.clock.fastForward(5100);
    await page.getByText('The hub does not answer').waitFor();
    await page.unroute('**/runs');
    await page.clock.fastForward(60_000);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(browser.complaints.splice(0)).toContainEqual(expect.stringContaining('ERR_FAILED'));
    await profile.close();
  });

  it('say what is in the way, wait as long as they are told, and stop where asking does not help', async () => {
    const id = await site.start('hold');
    const [page, profile] = await site.signedIn();
    await page.clock.install();
    await page.goto(`${hub.url}/runs/${id}`);
    let status = 429;
    const asked: number[] = [];
    await page.route(`**/runs/${id}`, (route) => {
      asked.push(status);
      return route.fulfill({ status, headers: status === 429 ? { 'retry-after': '600' } : {} });
    });
    await page.clock.fastForward(60_000);
    await page.getByText('Too many requests, waiting').waitFor();
    status = 503;
    await page.clock.fastForward(500_000);
    await page.waitForTimeout(200);
    expect(asked).toEqual([429]);
    await page.clock.fastForward(101_000);
    await page.getByText('The hub is busy, trying again').waitFor();
    status = 404;
    await page.clock.fastForward(60_000);
    await page.getByText('This is not there any more').waitFor();
    await page.clock.fastForward(3_600_000);
    await page.waitForTimeout(200);
    expect(asked.filter((one) => one !== 503)).toEqual([429, 404]);
    expect(await page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(0);
    // A browser says of each that it failed.
    expect(browser.complaints.splice(0)).toHaveLength(asked.length);
    await profile.close();
  });

  it('without a stream ask again and again, and are not sent while nothing has changed, but for the time', async () => {
    const id = await site.start('hold');
    const [page, profile] = await site.signedIn();
    await page.route('**/stream', (route) => route.fulfill({ status: 503 }));
    await page.clock.install();
    await page.goto(`${hub.url}/runs/${id}`);
    const next = async () => {
      const answer = page.waitForResponse(`${hub.url}/runs/${id}`);
      await page.clock.fastForward(30_000);
      return (await answer).status();
    };
    await page.getByText('waiting', { exact: true }).waitFor();
    let status = 0;
    for (let n = 0; n < 50 && status !== 304; n += 1) status = await next();
    expect(status).toBe(304);
    await hub.post(`/api/v1/runs/${id}/cancel`, {});
    await hub.ended(id);
    await page.clock.fastForward(30_000);
    await page.locator('h1 .badge', { hasText: 'cancelled' }).waitFor();
    // A browser says that the stream failed, now and then.
    expect(browser.complaints.splice(0).every((one) => one.includes('503'))).toBe(true);
    await profile.close();
  });

  it('leave the focus, the scrolling and what the reader opened or closed as they are', async () => {
    const id = await site.start('busy');
    const [page, profile] = await site.signedIn({ width: 390 });
    await page.goto(`${hub.url}/runs/${id}`);
    await page.locator('#step-broken[open]').waitFor();
    await page.locator('#step-broken > summary').click();
    await page.locator('#step-t0 > summary').click();
    // A link without an id, in a region that is scrolled sideways, in rows that change with every answer.
    await page.evaluate(`document.querySelector('a[href="#step-t0"]').focus({ preventScroll: true })`);
    await page.evaluate(`document.querySelector('#part-timeline .scroll').scrollLeft = 70`);
    await page.evaluate('globalThis.link = document.activeElement');
    await page.locator('#log-lines').getByText('line 5').waitFor();
    await page.locator('#step-t4').getByText('succeeded').waitFor();
    expect(await page.evaluate('document.activeElement === link && link.isConnected')).toBe(true);
    expect(await page.evaluate(`document.querySelector('#part-timeline .scroll').scrollLeft`)).toBe(70);
    expect(await page.locator('#step-broken').getAttribute('open')).toBeNull();
    expect(await page.locator('#step-t0').getAttribute('open')).not.toBeNull();
    await profile.close();
  });

  it('do not take a selection away, and catch up when it is gone', async () => {
    const id = await site.start('busy');
    const [page, profile] = await site.signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    const lines = page.locator('#log-lines');
    await lines.getByText('line 0').waitFor();
    await page.evaluate(`getSelection().selectAllChildren(document.querySelector('#log-lines .message'))`);
    await page.getByText('Live, but for what you selected').waitFor();
    await page.locator('#step-t3').getByText('succeeded').waitFor();
    // Also: nothing stands in the cell but what was logged.
    expect(await page.evaluate('String(getSelection())')).toBe('line 0');
    expect(await lines.getByText('line 3').count()).toBe(0);
    await page.evaluate('getSelection().removeAllRanges()');
    await lines.getByText('line 3').waitFor();
    await profile.close();
  });

  it('open a step by themselves when it fails', async () => {
    const id = await site.start('nightly-import');
    const [page, profile] = await site.signedIn();
    await page.goto(`${hub.url}/runs/${id}`);
    expect(await page.locator('#step-load').getAttribute('open')).toBeNull();
    await page.locator('#step-load[open]').waitFor();
    await profile.close();
  });

  it('let a run be cancelled by keyboard alone, after asking', async () => {
    const id = await site.start('hold');
    const [page, profile] = await site.signedIn();
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
    const id = await site.start('hold');
    const [page, profile] = await site.signedIn({}, 'viewer');
    await page.goto(`${hub.url}/runs/${id}`);
    expect(await badge(page)).toBe('running');
    expect(await page.getByRole('button', { name: 'Cancel run' }).count()).toBe(0);
    await profile.close();
  });

  it('work without a script: they renew themselves, and that can be paused', async () => {
    const id = await site.start('hold');
    const [page, profile] = await site.signedIn({ script: false });
    await page.goto(`${hub.url}/runs/${id}`);
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(1);
    await page.getByRole('link', { name: 'Pause', exact: true }).click();
    await page.waitForURL(`${hub.url}/runs/${id}?live=off`);
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(0);
    await page.getByRole('button', { name: 'Cancel run' }).click();
    await page.getByRole('button', { name: 'Yes, cancel it' }).click();
    await page.waitForURL(`${hub.url}/runs/${id}`);
    await hub.ended(id);
    await profile.close();
  });

  describe('and other sites', () => {
    let elsewhere: string;
    let content = '';
    // To a browser localhost and 127.0.0.1 are different sites.
    const trap = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(content));
    beforeAll(async () => {
      await new Promise<void>((resolve) => trap.listen(0, 'localhost', resolve));
      elsewhere = `http://localhost:${(trap.address() as AddressInfo).port}/`;
    });
    afterAll(() => new Promise((resolve) => trap.close(resolve)));

    it('a link on one leads to the page, though the cookie does not travel with it', async () => {
      const id = await site.start('hold');
      const [page, profile] = await site.signedIn();
      content = `<title>chat</title><link rel="icon" href="data:,"><a href="${hub.url}/runs/${id}">the run</a>`;
      await page.goto(elsewhere);
      await page.getByText('the run').click();
      await page.waitForURL(`${hub.url}/runs/${id}`);
      expect(await page.locator('h1').textContent()).toContain('Wait for the release');
      await profile.close();
    });

    it('a form on one cancels nothing', async () => {
      const id = await site.start('hold');
      const [page, profile] = await site.signedIn();
      content = `<title>trap</title><link rel="icon" href="data:,"><form method="post" action="${hub.url}/runs/${id}/cancel"><button>Win</button></form>`;
      await page.goto(elsewhere);
      await page.getByText('Win').click();
      await page.waitForURL(`${hub.url}/**`);
      expect((await hub.call(`/api/v1/runs/${id}`)).body.status).toBe('running');
      await profile.close();
    });
  });

  it('sign out: the session is over, not only its cookie gone', async () => {
    const [page, profile] = await site.signedIn();
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
    const [page, profile] = await site.signedIn();
    await page.clock.install();
    await page.goto(`${hub.url}/runs`);
    await hub.database.pool.query('DELETE FROM session');
    // What is known of a session is believed for five seconds.
    hub.app.get(Authenticator, { strict: false }).forgetAll();
    await page.clock.fastForward(5100);
    await page.waitForURL(`${hub.url}/login`);
    await profile.close();
  });
});
