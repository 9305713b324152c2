import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** What `scripts/ci-tools.sh` looks for before it installs one, in its order. */
const names = /^browsers=\((.*)\)$/m.exec(readFileSync('scripts/ci-tools.sh', 'utf8'))![1]!.split(' ');
const executablePath = names.flatMap(onPath)[0];

/** Why tests with a browser cannot run on this machine; undefined when they can. */
export const noBrowser =
  executablePath === undefined ? `none of ${names.join(', ')} is on the PATH: apt-get install chromium` : undefined;

function onPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).filter((path) => existsSync(path));
}

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
  readonly #screenshots = process.env['COMMANDCENTER_SCREENSHOTS'];

  private constructor(private readonly browser: Browser) {}

  static async launch(): Promise<TestBrowser> {
    if (executablePath === undefined) throw new Error(noBrowser);
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

  /** For people to look at: a file in $COMMANDCENTER_SCREENSHOTS, when there is such a folder. */
  async screenshot(page: Page, name: string): Promise<void> {
    if (this.#screenshots === undefined) return;
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
