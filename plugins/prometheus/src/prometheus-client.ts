import { CancelledError, PluginOptions, PluginSecrets, RetryableError, TerminalError } from '@commandcenter/sdk';
import { Injectable } from '@nestjs/common';
import type { PrometheusOptions } from './options.js';

type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [number, string];

export type Result =
  | {
      readonly resultType: 'vector';
      readonly result: readonly { metric: Labels; value?: Sample; histogram?: unknown }[];
    }
  | { readonly resultType: 'matrix'; readonly result: readonly { metric: Labels; values?: readonly Sample[] }[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Sample };

interface Answer {
  readonly status?: unknown;
  readonly data?: Result;
  readonly error?: unknown;
  readonly errorType?: unknown;
  readonly warnings?: readonly string[];
}

/** The HTTP API of Prometheus. Messages name the address without its path, and what Prometheus said about the query. */
@Injectable()
export class PrometheusClient {
  readonly #options: PrometheusOptions;

  constructor(
    options: PluginOptions<PrometheusOptions>,
    private readonly secrets: PluginSecrets,
  ) {
    this.#options = options.value;
  }

  async ask(
    path: 'query' | 'query_range',
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
    traceparent: string | undefined,
  ): Promise<{ data: Result; warnings: readonly string[] }> {
    const { status, text } = await this.#post(path, parameters, signal, traceparent);
    const answer = parse(text);
    if (status === 200 && answer?.status === 'success' && answer.data !== undefined) {
      this.#checkSize(answer.data);
      return { data: answer.data, warnings: (answer.warnings ?? []).map(String) };
    }
    throw this.#refusal(status, answer);
  }

  /** What a server says is redacted before it is cut: of a part of a secret the hub would not know that it is one. */
  redact(text: string): string {
    return this.secrets.redact(text);
  }

  async #post(
    path: string,
    parameters: Readonly<Record<string, string>>,
    signal: AbortSignal,
    traceparent: string | undefined,
  ): Promise<{ status: number; text: string }> {
    const { timeoutMs, headers, bearer } = this.#options;
    const url = this.#address();
    // A secret that is not granted is no fault of the network.
    const authorization = bearer === undefined ? {} : { authorization: `Bearer ${this.secrets.get(bearer)}` };
    const late = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}/api/v1/${path}`, {
        method: 'POST',
        redirect: 'error',
        headers: {
          ...headers,
          ...authorization,
          ...(traceparent !== undefined && { traceparent }),
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ ...parameters, timeout: `${timeoutMs}ms` }).toString(),
        signal: AbortSignal.any([signal, late]),
      });
      return { status: response.status, text: await this.#read(response) };
    } catch (cause) {
      if (signal.aborted) throw new CancelledError('The query was stopped', { cause });
      if (cause instanceof TerminalError) throw cause;
      if (late.aborted) throw new RetryableError(`${this.#name} did not answer within ${timeoutMs} ms`, { cause });
      throw new RetryableError(`${this.#name} does not answer`, { cause });
    }
  }

  /** The same commandcenter.yaml serves hubs that reach Prometheus under different names. */
  #address(): string {
    const { url, urlFrom } = this.#options;
    const found = urlFrom === undefined ? undefined : this.#valueOf(urlFrom);
    if (found === undefined) return url;
    if (/^https?:/i.test(found) && URL.canParse(found)) return found;
    throw new TerminalError(`${urlFrom} holds no http or https address`);
  }

  #valueOf(secret: string): string | undefined {
    try {
      return this.secrets.get(secret);
    } catch {
      return undefined;
    }
  }

  async #read(response: Response): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.byteLength;
      // Leaving the loop cancels the rest.
      if (bytes > this.#options.maxResponseBytes) throw this.#tooMuch(`${this.#options.maxResponseBytes} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #checkSize(data: Result): void {
    const { maxSeries } = this.#options;
    const series = data.resultType === 'vector' || data.resultType === 'matrix' ? data.result.length : 1;
    if (series > maxSeries) throw this.#tooMuch(`${maxSeries} series`);
  }

  #tooMuch(limit: string): TerminalError {
    return new TerminalError(
      `The result has more than ${limit}: aggregate, ask for a larger step, or raise the limit in the options of the prometheus plugin`,
    );
  }

  /** What is wrong with the query stays wrong; all else may be over next time. */
  #refusal(status: number, answer: Answer | undefined): Error {
    const why = typeof answer?.error === 'string' ? `: ${this.redact(answer.error).slice(0, 500)}` : '';
    if (answer?.errorType === 'bad_data') return new TerminalError(`Prometheus does not take the query${why}`);
    const message = `${this.#name} answered ${status}${why}`;
    // 422 is how a query that cannot be executed is answered: many-to-many matches, too many samples.
    const final = (status >= 400 && status < 500 && ![408, 425, 429].includes(status)) || (status === 200 && !answer);
    return final ? new TerminalError(message) : new RetryableError(message);
  }

  get #name(): string {
    return `Prometheus at ${new URL(this.#address()).origin}`;
  }
}

function parse(text: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}
