import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unprivilegedAccount } from '../../src/database/embedded/account.js';
import { prepareBinaries, program } from '../../src/database/embedded/binaries.js';
import { run } from '../../src/database/embedded/cluster.js';
import { type Home, homeIn, homeOf } from '../../src/database/embedded/home.js';
import { openScratchServer } from '../../src/database/embedded/open-embedded.js';

/** A PostgreSQL of the test's own, to be restarted under load. */
export class OwnServer {
  private constructor(
    readonly url: string,
    private readonly home: Home,
  ) {}

  static async start(): Promise<OwnServer> {
    // In the tests' folder: what is left after a broken test is found and removed there.
    const folder = mkdtempSync(join(process.env['CC_TEST_FOLDER']!, 'own-'));
    const account = unprivilegedAccount();
    const home = homeIn(folder, homeOf(process.cwd(), folder, account).binaries, account);
    const { url } = await openScratchServer(folder);
    return new OwnServer(url, home);
  }

  /** `fast` ends sessions and shuts down cleanly; `immediate` is a crash with recovery. */
  restart(mode: 'fast' | 'immediate'): Promise<void> {
    return this.#control('restart', '-m', mode, '-l', this.home.log);
  }

  async stop(): Promise<void> {
    await this.#control('stop', '-m', 'immediate');
    rmSync(this.home.folder, { recursive: true, force: true });
  }

  #control(command: string, ...args: string[]): Promise<void> {
    return run(
      program(prepareBinaries(this.home), 'pg_ctl'),
      [command, '-D', this.home.data, '-w', '-s', ...args],
      this.home,
    );
  }
}
