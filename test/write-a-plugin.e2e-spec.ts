import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { testDatabaseUrl } from './support/database.js';
import { blocksOf, scriptOf } from './support/guide.js';

const repository = resolve(import.meta.dirname, '..');
const run = promisify(execFile);

/** A home folder of a newcomer: nothing but a clone of the hub. Only the machine's npm settings and cache are kept. */
const home = realpathSync(mkdtempSync(join(tmpdir(), 'cc-guide-')));
const machine = {
  npm_config_cache: process.env['npm_config_cache'] ?? join(homedir(), '.npm'),
  npm_config_userconfig: process.env['npm_config_userconfig'] ?? join(homedir(), '.npmrc'),
  npm_config_prefer_offline: 'true',
};
const obstacle = await registryObstacle();
const suite = obstacle === undefined ? describe : describe.skip;

suite(`docs/guides/write-a-plugin.md${obstacle === undefined ? '' : ` (skipped: ${obstacle})`}`, () => {
  const blocks = blocksOf(join(repository, 'docs/guides/write-a-plugin.md'));
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;
  let output = '';
  const log = join(home, 'dev.log');

  beforeAll(async () => {
    symlinkSync(repository, join(home, 'commandcenter'));
    database = await testDatabaseUrl();
    const script = scriptOf(blocks, join(home, 'site'), log);
    const env = {
      ...machine,
      HOME: home,
      PATH: process.env['PATH'],
      DATABASE_URL: database.url,
      PORT: '0',
      OTEL_SDK_DISABLED: 'true',
    };
    const work = run('bash', ['-c', script], { env, cwd: home, timeout: 540_000, maxBuffer: 1e7 });
    const tell = ({ stdout, stderr }: { stdout: string; stderr: string }) => `${stdout}\n${stderr}`;
    const logText = () => {
      try {
        return readFileSync(log, 'utf8');
      } catch {
        return '';
      }
    };
    output = tell(
      await work.catch((error: Error & { stdout: string; stderr: string }) => {
        throw new Error(`${error.message}\n${tell(error)}\n--- second terminal\n${logText()}`);
      }),
    );
  }, 600_000);
  afterAll(async () => {
    await database?.drop();
    rmSync(home, { recursive: true, force: true });
  });

  it('can be followed to its end, in minutes', () => {
    expect(output).toContain('## end');
    const times = [...output.matchAll(/^## \d+ ([\d.]+)$/gm)].map(([, at]) => Number(at));
    expect(times).toHaveLength(blocks.length);
    expect(times.at(-1)! - times[0]!).toBeLessThan(300);
  });

  it("passes the plugin's own tests, before and after it was extended", () => {
    expect(output.match(/^ℹ fail 0$|^# fail 0$/gm)).toHaveLength(2);
    expect(output).toContain('greeter.knock');
  });

  it('runs through the plugin: from its folder with its own copy of the SDK, then from a package', () => {
    expect(output).toContain('Good morning, Ada!');
    expect(output).toContain('Good evening, Grace!');
    for (const folder of ['site/greeter', 'site']) {
      const copy = realpathSync(join(home, folder, 'node_modules/@commandcenter/sdk'));
      expect(copy.startsWith(home)).toBe(true);
    }
  });

  it('lists what it made', () => {
    expect(output).toMatch(/greeter\.knock +See whether anybody is in +greeter/);
    expect(output).toMatch(/✓ workflows\/knock\.yaml/);
    expect(output).toMatch(/commandcenter-plugin-greeter +loaded +0\.1\.0 +greeter/);
  });
});

async function registryObstacle(): Promise<string | undefined> {
  mkdirSync(home, { recursive: true });
  try {
    await run('npm', ['view', 'zod@4', 'name'], { cwd: home, env: { ...process.env, ...machine } });
    return undefined;
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED|network/i.test(stderr)) return 'no npm registry answers';
    throw error;
  }
}
