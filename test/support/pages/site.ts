import type { BrowserContext, Page } from 'playwright-core';
import type { Role } from '../../../src/identity/index.js';
import { TestHub } from '../api/hub.js';
import { TestBrowser, type Visit } from '../browser.js';
import type { PluginFolder } from '../plugin-folder.js';
import { stagePlugin, stageWorkflows } from './stage.js';

/** A hub with runs worth looking at, and a browser to look at them. */
export class PagesSite {
  private constructor(
    readonly hub: TestHub,
    readonly browser: TestBrowser,
    private readonly folder: PluginFolder,
  ) {}

  /** Where the plugin of the stage is: for another hub that has it. */
  get plugins(): ReturnType<typeof stageOf> {
    return stageOf(this.folder);
  }

  static async open(): Promise<PagesSite> {
    const plugins = stagePlugin();
    const hub = await TestHub.start(stageWorkflows, { graceMs: 100 }, stageOf(plugins));
    return new PagesSite(hub, await TestBrowser.launch(), plugins);
  }

  async start(workflow: string, input: object = {}): Promise<string> {
    return (await this.hub.post(`/api/v1/workflows/${workflow}/runs`, { input })).body.id as string;
  }

  /** A profile with a session, at the list of runs. The page is closed with its profile. */
  async signedIn(visit: Visit = {}, role: Role = 'operator'): Promise<[Page, BrowserContext]> {
    const profile = await this.browser.profile(visit);
    const { headers } = await this.hub.post('/session', { token: await this.hub.token(role) }, { token: null });
    const value = /^cc_session=([^;]+)/.exec(headers.getSetCookie()[0]!)![1]!;
    await profile.addCookies([{ name: 'cc_session', value, url: this.hub.url, httpOnly: true, sameSite: 'Strict' }]);
    const page = await profile.newPage();
    await page.goto(`${this.hub.url}/runs`);
    return [page, profile];
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.hub.close();
    this.folder.remove();
  }
}

function stageOf({ path }: PluginFolder) {
  return { root: path, plugins: [{ use: './stage.mjs', options: {}, secrets: [], onError: 'fail' as const }] };
}

/** The status in the heading. */
export async function badge(page: Page): Promise<string> {
  return (await page.locator('h1 .badge').innerText()).trim();
}

export function focused(page: Page): Promise<string> {
  return page.evaluate<string>('document.activeElement.textContent.trim()');
}

/** Presses Tab until what has this text has the focus. */
export async function tabTo(page: Page, text: string): Promise<void> {
  for (let n = 0; n < 60 && (await focused(page)) !== text; n += 1) await page.keyboard.press('Tab');
  expect(await focused(page)).toBe(text);
}
