import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { createApp, entities } from '../../../src/app.module.js';
import { type Config, loadConfig } from '../../../src/config/index.js';
import type { Database } from '../../../src/database/index.js';
import { type Role, Secrets, Tokens } from '../../../src/identity/index.js';
import { testDatabase } from '../database.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  /** As it is, instead of JSON. */
  readonly text?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** null = none. Default: an admin's. */
  readonly token?: string | null;
}

/** The whole hub in this process, on a database of its own, spoken to over HTTP. */
export class TestHub {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly database: Database,
    readonly url: string,
    private readonly folder: string,
    private readonly admin: string,
  ) {}

  /** `workflows`: file name -> text. `secrets`: values by name; all of them are listed. */
  static async start(
    workflows: Readonly<Record<string, string>>,
    engine: Partial<Config['engine']> = {},
    more: Partial<Pick<Config, 'root' | 'plugins'>> = {},
    secrets: Readonly<Record<string, string>> = {},
  ): Promise<TestHub> {
    const database = await testDatabase({ entities });
    const folder = await mkdtemp(join(tmpdir(), 'cc-api-'));
    for (const [name, text] of Object.entries(workflows)) await writeFile(join(folder, name), text);
    const config = loadConfig({}, process.cwd());
    const own = {
      ...config,
      ...more,
      secrets: [...config.secrets, ...Object.keys(secrets)],
      workflows: [folder],
      stateDir: folder,
      prometheus: {},
      engine: { ...config.engine, rateLimitPerMinute: 1_000_000, ...engine },
    };
    const app = await createApp(own, database, new Secrets(own, (name) => secrets[name]), 'all', quiet);
    await app.listen(0, '127.0.0.1');
    return new TestHub(app, database, await app.getUrl(), folder, await tokenOf(database, 'admin'));
  }

  get server(): FastifyInstance {
    return this.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  }

  token(role: Role): Promise<string> {
    return tokenOf(this.database, role);
  }

  async call(
    path: string,
    { method = 'GET', body, text, type = 'application/json', headers, token = this.admin }: Call = {},
  ): Promise<Answer> {
    const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(payload !== undefined && { 'content-type': type }),
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(payload !== undefined && { body: payload }),
    });
    const answer = await response.text();
    const json = (response.headers.get('content-type') ?? '').includes('json') && answer !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: json ? (JSON.parse(answer) as unknown) : answer,
    };
  }

  post(path: string, body: unknown, more: Call = {}): Promise<Answer> {
    return this.call(path, { method: 'POST', body, ...more });
  }

  /** Polls until the run has ended, or says where it stands. */
  async ended(id: string): Promise<Answer['body']> {
    for (let waited = 0; ; waited += 20) {
      const { body } = await this.call(`/api/v1/runs/${id}`);
      if (body.finishedAt !== null) return body;
      if (waited > 15_000) throw new Error(`run ${id} is still ${body.status}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.database.close();
    await rm(this.folder, { recursive: true });
  }
}

async function tokenOf(database: Database, role: Role): Promise<string> {
  const made = await new Tokens(database).create({
    name: `${role} ${Math.random()}`,
    role,
    approver: false,
    expiresAt: null,
  });
  return made.token;
}

const nothing = () => undefined;
/** What goes wrong here does so on purpose; the tests look at the answers. */
const quiet = { log: nothing, error: nothing, warn: nothing };
