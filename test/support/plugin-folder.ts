import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');

/** A folder outside the repository to write tiny plugins in; packages of the repository resolve from it. */
export class PluginFolder {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'commandcenter-plugins-')));

  constructor() {
    for (const name of ['@commandcenter', '@nestjs', 'zod', 'reflect-metadata']) {
      this.link(join('node_modules', name), join(repository, 'node_modules', name));
    }
  }

  write(path: string, content: string | object): string {
    const file = join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return `./${path}`;
  }

  /** A plugin module; `manifest` is source text, in which `Echo` is an agent and `z`, `sdk` and `nest` can be used. */
  plugin(name: string, manifest: string, before = ''): string {
    return this.write(
      `${name}.mjs`,
      `import * as sdk from '@commandcenter/sdk';
       import * as nest from '@nestjs/common';
       import { z } from 'zod';
       const action = (type, method, info) =>
         sdk.Action({ id: method, title: method, input: z.unknown(), output: z.unknown(), ...info })(type.prototype, method, {});
       class Echo { say(input) { return input; } }
       sdk.Agent({ id: ${JSON.stringify(name)}, title: 'Echo' })(Echo);
       action(Echo, 'say', {});
       ${before}
       export default sdk.definePlugin({ name: ${JSON.stringify(name)}, version: '1.0.0', hub: '*', agents: [Echo], ...${manifest} });`,
    );
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private link(path: string, target: string): void {
    const link = join(this.path, path);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link);
  }
}
