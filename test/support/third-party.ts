import { execFile } from 'node:child_process';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const repository = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

/**
 * What a third party does with a plugin: install the SDK from its package, compile, test, pack; then, on a site of its
 * own outside the repository, install both packages from their files.
 */
export class ThirdParty {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'commandcenter-third-party-')));
  readonly site = join(this.folder, 'site');

  /** Answers why it cannot be done on this machine, or nothing. Throws when it could be, and fails. */
  async prepare(fixture: string): Promise<string | undefined> {
    const author = join(this.folder, 'author');
    cpSync(join(repository, 'test/fixtures', fixture), author, { recursive: true });
    const sdk = await this.#pack(join(repository, 'sdk'));
    try {
      await this.#npm(
        author,
        'install',
        '--save-dev',
        sdk,
        '@nestjs/common@12',
        '@nestjs/core@12',
        'reflect-metadata',
        'rxjs',
        '@types/node@24',
      );
    } catch (error) {
      const { stderr = '' } = error as { stderr?: string };
      if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED|network/i.test(stderr))
        return 'no npm registry answers';
      throw error;
    }
    await run(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', author]);
    const plugin = await this.#pack(author);
    mkdirSync(this.site);
    writeFileSync(join(this.site, 'package.json'), JSON.stringify({ name: 'site', private: true, type: 'module' }));
    await this.#npm(this.site, 'install', sdk, plugin);
    return undefined;
  }

  /** Runs the plugin's own tests as its author does. */
  async test(): Promise<string> {
    const { stdout } = await run(process.execPath, ['--test', 'dist/contract.js'], {
      cwd: join(this.folder, 'author'),
    });
    return stdout;
  }

  /** The copy of the SDK the plugin will import. */
  get sdk(): { readonly path: string; readonly isLink: boolean } {
    const path = join(this.site, 'node_modules/@commandcenter/sdk');
    return { path: realpathSync(path), isLink: lstatSync(path).isSymbolicLink() };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #pack(folder: string): Promise<string> {
    const { stdout } = await this.#npm(folder, 'pack', '--silent', '--pack-destination', this.folder);
    return join(this.folder, basename(stdout.trim().split('\n').at(-1) ?? ''));
  }

  #npm(cwd: string, ...args: string[]) {
    return run('npm', [...args, '--prefer-offline', '--no-audit', '--no-fund'], { cwd });
  }
}
