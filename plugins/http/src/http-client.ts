import { PluginOptions } from '@commandcenter/sdk';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Agent, type Dispatcher } from 'undici';
import { AddressGuard } from './address-guard.js';
import type { HttpOptions } from './options.js';
import type { Outgoing } from './outgoing.js';

/** Sends one request at a time to one place, past the guard; keeps connections alive between steps. */
@Injectable()
export class HttpClient implements OnApplicationShutdown {
  readonly maxResponseBytes: number;
  readonly #guard: AddressGuard;
  readonly #dispatcher: Agent;

  constructor(options: PluginOptions<HttpOptions>) {
    this.maxResponseBytes = options.value.maxResponseBytes;
    this.#guard = new AddressGuard(options.value.allowPrivate);
    // The step's signal bounds the whole; undici's own time limits would cut a step that asked for longer.
    this.#dispatcher = new Agent({ connect: { lookup: this.#guard.lookup }, headersTimeout: 0, bodyTimeout: 0 });
  }

  /** Redirects are answered, not followed: each target has to pass the guard again. */
  async send({ method, url, headers, body }: Outgoing, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    this.#guard.checkLiteral(url.hostname);
    return this.#dispatcher.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: method as Dispatcher.HttpMethod,
      headers,
      body: body ?? null,
      signal,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}
