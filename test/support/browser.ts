import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const executablePath = '/usr/bin/chromium';

/** Why tests with a browser cannot run on this machine; undefined when they can. */
export const noBrowser = existsSync(executablePath)
  ? undefined
  : `${executablePath} is not there: apt-get install chromium`;

const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Visit {
  readonly dark?: boolean;
  readonly width?: number;
  readonly script?: boolean;
}

/** The machine's own Chromium. Whatever its pages complain about is kept. */
export class TestBrowser {
  /** Errors and warnings of the console, blocked content and uncaught exceptions, in the order they came. */
  readonly complaints: string[] = [];
  readonly #screenshots = process.env['COMMANDCENTER_SCREENSHOTS'] ?? mkdtempSync(join(tmpdir(), 'cc-screenshots-'));

  private constructor(private readonly browser: Browser) {
    mkdirSync(this.#screenshots, { recursive: true });
  }

  static async launch(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath, args }));
  }

  /** A fresh profile: no cookies of others. */
  async profile({ dark = false, width = 1280, script = true }: Visit = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      colorScheme: dark ? 'dark' : 'light',
      viewport: { width, height: 900 },
      reducedMotion: 'reduce',
      javaScriptEnabled: script,
    });
    context.on('page', (page) => this.#listen(page));
    return context;
  }

  /** For people to look at: a file in $COMMANDCENTER_SCREENSHOTS. */
  async screenshot(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(this.#screenshots, `${name}.png`), fullPage: true });
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  #listen(page: Page): void {
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.complaints.push(`${page.url()}: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.complaints.push(`${page.url()}: dialog "${dialog.message()}"`);
      void dialog.dismiss();
    });
  }
}

/** What axe-core finds against WCAG 2.2 A and AA, as readable lines. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>('axe.run()');
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
