import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface Answer {
  /** 0: nobody answered. */
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface Ask {
  readonly method?: 'GET' | 'POST';
  readonly body?: unknown;
  readonly contentType?: string;
  /** False: without the token, to be refused. */
  readonly token?: boolean;
}

/** The hub as everybody else sees it: by HTTP. */
export class Hub {
  readonly url: string;
  /** Answers by status. */
  readonly answers = new Map<number, number>();
  readonly #token: string;

  constructor(url: string, token: string) {
    this.url = url.replace(/\/$/, '');
    this.#token = token;
  }

  /** COMMANDCENTER_URL and COMMANDCENTER_TOKEN, else .commandcenter/cli.json here or above. */
  static find(env: NodeJS.ProcessEnv, from: string): Hub {
    const { COMMANDCENTER_URL: url, COMMANDCENTER_TOKEN: token } = env;
    if (url && token) return new Hub(url, token);
    if (url)
      throw new Error('COMMANDCENTER_URL is set, COMMANDCENTER_TOKEN is not. The token needs the role operator.');
    const file = upward(resolve(from), join('.commandcenter', 'cli.json'));
    if (file === undefined) {
      throw new Error(
        'Which hub? Start one here (npm start), or set COMMANDCENTER_URL and COMMANDCENTER_TOKEN. A hub of docker compose has its own: docker compose exec hub node dev/load/main.ts',
      );
    }
    const known = JSON.parse(readFileSync(file, 'utf8')) as { url: string; token: string };
    return new Hub(known.url, token || known.token);
  }

  async ask(path: string, { method = 'GET', body, contentType, token = true }: Ask = {}): Promise<Answer> {
    const headers: Record<string, string> = {};
    if (token) headers['authorization'] = `Bearer ${this.#token}`;
    if (body !== undefined) headers['content-type'] = contentType ?? 'application/json';
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(10_000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).then(
      async (response) => ({ status: response.status, body: parse(await response.text()) }),
      () => ({ status: 0, body: {} }),
    );
    this.answers.set(answer.status, (this.answers.get(answer.status) ?? 0) + 1);
    return answer;
  }

  /** The id of the run; undefined when it was refused. */
  async run(workflow: string, input: unknown): Promise<string | undefined> {
    const { status, body } = await this.ask(`/api/v1/workflows/${workflow}/runs`, { method: 'POST', body: { input } });
    return status === 202 ? String(body['id']) : undefined;
  }
}

function upward(folder: string, name: string): string | undefined {
  const file = join(folder, name);
  if (existsSync(file)) return file;
  return folder === dirname(folder) ? undefined : upward(dirname(folder), name);
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
