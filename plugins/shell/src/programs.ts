import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PluginLogger, PluginOptions, TerminalError } from '@commandcenter/sdk';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Program, ShellOptions } from './options.js';

type Found = Omit<Program, 'path'> & { readonly path: string };

/** The programs of `allow`. Where each is, is looked up once: what is put on the path later takes nobody's place. */
@Injectable()
export class Programs implements OnModuleInit {
  /** undefined: allowed, and not there. */
  readonly #byName = new Map<string, Found | undefined>();

  constructor(
    private readonly options: PluginOptions<ShellOptions>,
    private readonly logger: PluginLogger,
  ) {}

  async onModuleInit(): Promise<void> {
    const { allow, path: folders } = this.options.value;
    for (const entry of allow) {
      const program = typeof entry === 'string' ? { name: entry, env: {}, secretEnv: {}, stepEnv: [] } : entry;
      const given = 'path' in program ? program.path : undefined;
      const path = await firstExecutable(given === undefined ? folders.map((f) => join(f, program.name)) : [given]);
      this.#byName.set(program.name, path === undefined ? undefined : { ...program, path });
      if (path !== undefined) continue;
      this.logger.warn(`shell.run cannot run ${program.name}: it is not at ${given ?? folders.join(':')}`);
    }
  }

  find([name, ...args]: readonly [string, ...string[]]): Found {
    const program = this.#byName.get(name);
    if (program === undefined) {
      throw new TerminalError(
        this.#byName.has(name)
          ? `${name} was not found when the hub started; say where it is (allow: [{ name, path }]) and start the hub again`
          : `${name} is not allowed; list it under allow in the options of the shell plugin`,
      );
    }
    if (program.arguments === undefined || program.arguments.some((pattern) => matches(pattern, args))) return program;
    // Arguments may hold what is nobody's business; only their number is told.
    throw new TerminalError(`${name} is not allowed with these ${args.length} arguments; see its arguments in the options of the shell plugin`); // prettier-ignore
  }
}

/** `*` and `**` stand for no argument that begins with a dash: a value must not turn into an option. */
export function matches(pattern: readonly string[], args: readonly string[]): boolean {
  const rest = pattern.at(-1) === '**';
  const fixed = rest ? pattern.slice(0, -1) : pattern;
  if (rest ? args.length < fixed.length : args.length !== fixed.length) return false;
  return args.every((arg, n) => (n < fixed.length && fixed[n] !== '*' ? fixed[n] === arg : !arg.startsWith('-')));
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile() !== true) continue;
    if (await access(path, constants.X_OK).then(() => true, () => false)) return path; // prettier-ignore
  }
  return undefined;
}
