import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { testDatabaseUrl } from './database.js';
import { freePort } from './free-port.js';
import { PluginFolder } from './plugin-folder.js';
import { HubProcess, token } from './triggers/hub-process.js';
import { gist, idIn, type Typed, typedIn, withId } from './typed.js';

const repository = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
const patienceMs = 30_000;
const asks = / list( |$)|\?status=/;

/** Somebody with a clone of the repository and a guide: has its files, types its commands, and looks at what they say. */
export class Reader {
  readonly #folder = new PluginFolder();
  readonly #said: string[] = [];
  #variables = '';
  #id: string | undefined;
  #hub: HubProcess | undefined;

  private constructor(
    private readonly port: number,
    private readonly database: { url: string; drop: () => Promise<void> },
  ) {
    for (const file of readdirSync(join(repository, 'workflows'))) this.write(`workflows/${file}`, read(`workflows/${file}`)); // prettier-ignore
    this.write('commandcenter.yaml', read('commandcenter.yaml'));
    const command = `exec "${process.execPath}" "${join(repository, 'dist/cli/bin.js')}" "$@"`;
    this.#program('commandcenter', command);
    this.#program('npx', `[ "$1" = commandcenter ] && shift || exit 127\n${command}`);
  }

  static async come(): Promise<Reader> {
    return new Reader(await freePort(), await testDatabaseUrl());
  }

  get hub(): HubProcess {
    return this.#hub!;
  }

  /** Everything commands said so far. */
  get said(): string {
    return this.#said.join('');
  }

  write(path: string, text: string): void {
    this.#folder.write(path, this.#here(text));
  }

  /** As it comes in the repository; the hub that runs, if any, is killed first. */
  async startHub(): Promise<void> {
    await this.#hub?.end('SIGKILL');
    this.#hub = await HubProcess.start(this.#folder.path, this.database.url, { PORT: String(this.port) });
  }

  /** The blocks of a page, one after the other. Gives the lines that it shows and nobody said. */
  async types(
    page: string,
    instead: (command: string) => Promise<boolean> = () => Promise.resolve(false),
  ): Promise<readonly string[]> {
    const commands = typedIn(page).flat();
    const missing: string[] = [];
    for (const [n, typed] of commands.entries()) {
      if (await instead(typed.command)) continue;
      const said = await this.#type(typed, commands[n + 1]);
      missing.push(...missingIn(said, typed.shown));
    }
    return missing;
  }

  /** A run, when it has ended. */
  async ended(id: string): Promise<any> {
    const from = Date.now();
    for (;;) {
      const { body } = await this.hub.call('GET', `/runs/${id}`);
      if (body.finishedAt !== null) return body;
      if (Date.now() - from > patienceMs) throw new Error(`run ${id} does not end: ${JSON.stringify(body)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async leave(): Promise<void> {
    await this.#hub?.end();
    await this.database.drop();
    this.#folder.remove();
  }

  /** What only asks is asked again until it says enough: a run comes to its approval a moment after its start. */
  async #type({ command, shown }: Typed, next: Typed | undefined): Promise<string> {
    if (/^(export )?\w+=/.test(command)) {
      this.#variables += `${command}\n`;
      return '';
    }
    const from = Date.now();
    for (;;) {
      const said = await this.#shell(withId(this.#here(command), this.#id));
      const id = idIn(said);
      const enough =
        missingIn(said, shown).length === 0 && (id !== undefined || idIn(next?.command ?? '') === undefined);
      if (!enough && asks.test(command) && Date.now() - from < patienceMs) continue;
      this.#id = id ?? this.#id;
      this.#said.push(said);
      return said;
    }
  }

  async #shell(command: string): Promise<string> {
    const env = {
      PATH: [join(this.#folder.path, 'bin'), join(process.execPath, '..'), process.env['PATH']].join(delimiter),
      COMMANDCENTER_URL: this.hub.url,
      COMMANDCENTER_TOKEN: token,
    };
    const options = { cwd: this.#folder.path, env };
    try {
      const { stdout, stderr } = await run('sh', ['-e', '-c', `${this.#variables}${command}`], options);
      return stderr + stdout;
    } catch (thrown) {
      const { stdout, stderr } = thrown as { stdout: string; stderr: string };
      throw new Error(`${command}\n${stdout}${stderr}`, { cause: thrown });
    }
  }

  #here(text: string): string {
    return text.replaceAll('127.0.0.1:3000', `127.0.0.1:${this.port}`);
  }

  #program(name: string, text: string): void {
    this.#folder.write(`bin/${name}`, `#!/bin/sh\n${text}\n`);
    chmodSync(join(this.#folder.path, 'bin', name), 0o755);
  }
}

function missingIn(said: string, shown: readonly string[]): readonly string[] {
  const gists = new Set(said.split('\n').map(gist));
  return shown.filter((line) => !gists.has(gist(line)));
}

const read = (file: string) => readFileSync(join(repository, file), 'utf8');
