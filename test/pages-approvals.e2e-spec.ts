import { accessibilityFaults, noBrowser, type TestBrowser } from './support/browser.js';
import type { TestHub } from './support/api/hub.js';
import { focused, PagesSite, tabTo } from './support/pages/site.js';

const withBrowser = noBrowser === undefined ? describe : describe.skip;

withBrowser(`approvals in Chromium${noBrowser === undefined ? '' : ` (${noBrowser})`}`, () => {
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

  async function asked(workflow: string): Promise<{ run: string; id: string }> {
    const run = await site.start(workflow);
    for (;;) {
      const { items } = (await hub.call(`/api/v1/approvals?run=${run}`)).body as { items: { id: string }[] };
      if (items[0] !== undefined) return { run, id: items[0].id };
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  it('are given by keyboard alone, with a comment; the run goes on, and the log says who', async () => {
    const [page, profile] = await site.signedIn({}, 'admin');
    expect(await page.getByRole('link', { name: 'Approvals' }).count()).toBe(0);
    const { run, id } = await asked('ask');
    await page.goto(`${hub.url}/runs/${run}`);
    await tabTo(page, 'Approvals 1');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${hub.url}/approvals`);
    await page.getByText('Restart billing? 3 of 4 nodes are slow').waitFor();
    await page.getByLabel('Comment').focus();
    await page.keyboard.type('fine,');
    // A line of the comment, not a decision.
    await page.keyboard.press('Enter');
    await page.keyboard.type('by me');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Reject');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Approve');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${hub.url}/runs/${run}`);
    await page.locator('h1 .badge', { hasText: 'succeeded' }).waitFor();
    expect((await hub.call(`/api/v1/approvals/${id}`)).body).toMatchObject({
      status: 'approved',
      comment: expect.stringMatching(/^fine,\r?\nby me$/),
    });
    const audit = (await hub.call(`/api/v1/audit?target=${id}`)).body.items as { action: string }[];
    expect(audit.map(({ action }) => action)).toEqual(['approval.decide']);
    expect(await page.getByRole('link', { name: 'Approvals' }).count()).toBe(0);
    await profile.close();
  });

  it('are refused without a script, and the run says so', async () => {
    const { run } = await asked('ask');
    const [page, profile] = await site.signedIn({ script: false }, 'admin');
    await page.goto(`${hub.url}/runs/${run}?live=off`);
    await page.getByLabel('Comment').fill('not on a Friday');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.waitForURL(`${hub.url}/runs/${run}`);
    await hub.ended(run);
    await page.reload();
    expect(await page.textContent('#part-error')).toMatch(/step ok was rejected by admin .*: not on a Friday/);
    expect(await page.locator('.approval').count()).toBe(0);
    await profile.close();
  });

  it('are for those they name: others see them without the buttons, and a form of theirs decides nothing', async () => {
    const { run, id } = await asked('ask-sre');
    for (const role of ['viewer', 'operator', 'admin'] as const) {
      const [page, profile] = await site.signedIn({}, role);
      await page.goto(`${hub.url}/approvals?live=off`);
      expect(await page.getByText('Fail over?').count()).toBe(1);
      expect(await page.locator('main').getByRole('button').count()).toBe(0);
      await page.evaluate(
        `document.querySelector('.approval').insertAdjacentHTML('beforeend', '<form method="post" action="/approvals/${id}/decision"><button name="decision" value="approve">Try</button></form>')`,
      );
      await page.getByText('Try').click();
      await page.getByText('CC_FORBIDDEN').waitFor();
      expect(browser.complaints.splice(0)).toEqual([expect.stringContaining('403')]);
      await profile.close();
    }
    expect((await hub.call(`/api/v1/runs/${run}`)).body.status).toBe('waiting');
    await hub.post(`/api/v1/runs/${run}/cancel`, {});
    await hub.ended(run);
  });

  it('that were decided meanwhile say so', async () => {
    const { id } = await asked('ask');
    const [page, profile] = await site.signedIn({}, 'admin');
    await page.goto(`${hub.url}/approvals?live=off`);
    await hub.post(`/api/v1/approvals/${id}/decision`, { decision: 'reject' });
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText(/is rejected by admin .* already; the first decision counts/).waitFor();
    expect(browser.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
    await profile.close();
  });

  it.each([false, true])('are listed, newest first (dark: %s)', async (dark) => {
    const mine = [await asked('ask'), await asked('ask-sre')];
    const [page, profile] = await site.signedIn({ dark }, 'admin');
    await page.goto(`${hub.url}/approvals`);
    const titles = await page.locator('.approval h3').allTextContents();
    expect(titles).toEqual(['Fail over?', 'Restart billing? 3 of 4 nodes are slow']);
    expect(await accessibilityFaults(page)).toEqual([]);
    await browser.screenshot(page, `approvals-${dark ? 'dark' : 'light'}`);
    // What somebody types stays while the page renews itself, also when another approval comes.
    await page.getByLabel('Comment').fill('half a thou');
    mine.push(await asked('ask'));
    await page.locator('.approval').nth(2).waitFor();
    const comments = await page.getByLabel('Comment').all();
    expect(await Promise.all(comments.map((one) => one.inputValue()))).toEqual(['', 'half a thou']);
    for (const { run } of mine) await hub.post(`/api/v1/runs/${run}/cancel`, {});
    await page.getByText('Nothing waits for a decision').waitFor();
    await browser.screenshot(page, `approvals-none-${dark ? 'dark' : 'light'}`);
    await profile.close();
  });
});
