import { PluginOptions, PluginSecrets, TerminalError } from '@commandcenter/sdk';
import { Injectable } from '@nestjs/common';
import { Octokit } from '@octokit/core';
import { failureOf } from './failure.js';
import type { GithubOptions } from './options.js';

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The API, with the token of this moment: secrets rotate. */
@Injectable()
export class GithubClient {
  readonly #options: GithubOptions;

  constructor(
    options: PluginOptions<GithubOptions>,
    private readonly secrets: PluginSecrets,
  ) {
    this.#options = options.value;
  }

  /** Of `owner/name`, if the options let steps reach it. GitHub's names know no case. */
  repository(name: string): Repository {
    const [owner = '', repo = ''] = name.split('/');
    const { repositories } = this.#options;
    const allowed = repositories?.map((each) => each.toLowerCase());
    if (allowed?.includes(name.toLowerCase()) ?? true) return { owner, repo };
    if (allowed?.includes(`${owner.toLowerCase()}/*`)) return { owner, repo };
    throw new TerminalError(`${name} is not allowed; list it under repositories in the options of the github plugin`);
  }

  /** `what` says what is tried, for messages. */
  async attempt<T extends { readonly status: number; readonly data?: unknown }>(
    what: string,
    signal: AbortSignal,
    work: (octokit: Octokit) => Promise<T>,
  ): Promise<T> {
    const { token, baseUrl, timeoutMs } = this.#options;
    const auth = this.secrets.get(token);
    // Refused here rather than by `fetch`, whose message would quote it.
    if (!/^[\x21-\x7e]+$/.test(auth)) throw new TerminalError(`The secret ${token} is no token of GitHub`);
    const octokit = new Octokit({
      auth,
      baseUrl: baseUrl.replace(/\/+$/, ''),
      userAgent: 'commandcenter-github',
      log: quiet,
      // A redirect would turn a POST into a GET, and could carry the token elsewhere.
      request: { log: quiet, redirect: 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
    });
    try {
      const answer = await work(octokit);
      if (answer.status < 300 && (answer.status === 204 || typeof answer.data === 'object')) return answer;
      if (answer.status < 300) throw new TerminalError(`${what} failed: what answers at baseUrl is not GitHub`);
      throw new TerminalError(`${what} failed: GitHub answered ${answer.status}; the repository has moved: use its new name`); // prettier-ignore
    } catch (thrown) {
      throw thrown instanceof TerminalError
        ? thrown
        : failureOf(thrown, what, signal, (text) => this.secrets.redact(text));
    }
  }
}
