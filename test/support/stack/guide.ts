import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './compose.js';

const image = 'commandcenter:1.0.0';

/**
 * A page of commands for Docker, carried out: each block of it in a shell, as a reader would, in a Compose project, an
 * image and a port of the test's own, so that the stack of whoever runs the tests is left alone.
 */
export class Guide {
  readonly project = `cc-guide-${randomBytes(4).toString('hex')}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'cc-guide-'));
  readonly #own = join(this.#folder, 'own.yml');
  readonly #exports: string[] = [];
  #said = '';

  constructor(workflows?: string) {
    const mounts = workflows === undefined ? '' : `\n    volumes: ['${workflows}:/app/workflows:ro,z']`;
    writeFileSync(
      this.#own,
      `services:
  hub:
    image: ${this.image}
    ports: !override ['127.0.0.1::3000']${mounts}
  worker:
    image: ${this.image}
    profiles: [workers]
`,
    );
  }

  get image(): string {
    return image.replace('commandcenter', this.project);
  }

  /** The blocks of a page, each a list of commands. */
  static blocks(page: string): string[][] {
    const text = readFileSync(join(root, page), 'utf8');
    return [...text.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block]) =>
      [...block!.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command!),
    );
  }

  /** Carries out commands as the page has them; throws with all they said when one fails. */
  async run(commands: readonly string[]): Promise<string> {
    this.#exports.push(...commands.filter((command) => command.startsWith('export ')));
    const lines = [
      ...this.#exports,
      `export COMPOSE_FILE=$COMPOSE_FILE:$OWN`,
      ...commands.filter((line) => !line.startsWith('export ')),
    ];
    const script = lines
      .map((line) =>
        line
          .replaceAll(image, this.image)
          .replaceAll(/\bhub\.dump\b/g, join(this.#folder, 'hub.dump'))
          .replaceAll(/\bcommandcenter-(hub|postgres)-/g, `${this.project}-$1-`),
      )
      .join('\n');
    const env = {
      ...process.env,
      COMPOSE_PROJECT_NAME: this.project,
      COMPOSE_FILE: 'docker-compose.yml',
      OWN: this.#own,
      COMPOSE_PROGRESS: 'plain',
    };
    return new Promise((resolve, reject) => {
      const options = { cwd: root, env, timeout: 600_000, maxBuffer: 2 ** 26 };
      execFile('bash', ['-euo', 'pipefail', '-c', script], options, (error, stdout, stderr) => {
        this.#said += `$ ${script}\n${stdout}${stderr}`;
        if (error) reject(new Error(`${script}\nended with ${error.code}:\n${stdout}${stderr}`));
        else resolve(stdout);
      });
    });
  }

  /** Where the port of a service is found from here. */
  async address(service: string): Promise<string> {
    return `http://${(await this.run([`docker compose port ${service} 3000`])).trim()}`;
  }

  async remove(): Promise<void> {
    await this.run(['docker compose --profile workers down --volumes --remove-orphans --timeout 5']);
    await this.run([`docker image rm --force ${this.image}`]);
    rmSync(this.#folder, { recursive: true });
  }
}
