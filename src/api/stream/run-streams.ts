import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/index.js';
import { CcError } from '../../errors/index.js';
import { Authenticator, type Principal } from '../../identity/index.js';
import { EventStream, type Source, type StreamTimes } from './event-stream.js';

/** Streams that are opened while all places are taken may try again after this, seconds. */
const RETRY_AFTER = 5;

/** The open streams of this replica: counted, limited, and ended before the server closes. */
@Injectable()
export class RunStreams implements OnModuleDestroy {
  /** Tests shorten them. */
  times: StreamTimes = { beatMs: 15_000, stallMs: 10_000, retryMs: 2_000 };
  readonly #log = new Logger('RunStreams');
  readonly #open = new Map<EventStream, string>();
  #closing = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    authenticator: Authenticator,
  ) {
    authenticator.onForgotten(() => {
      for (const stream of this.#open.keys()) void stream.check();
    });
  }

  get count(): number {
    return this.#open.size;
  }

  /** `mayGoOn` is asked when users or tokens changed, and at each beat, for a token expires on its own. */
  open(principal: Principal, mayGoOn: () => Promise<boolean>, begin: (stream: EventStream) => Source): EventStream {
    this.#requirePlace(principal);
    const stream = new EventStream(this.times, mayGoOn);
    this.#open.set(stream, principal.id);
    stream.once('close', () => this.#open.delete(stream));
    stream.on('error', (error) => this.#log.debug(`stream dropped: ${error.message}`));
    stream.start(begin);
    return stream;
  }

  onModuleDestroy(): void {
    this.#closing = true;
    for (const stream of this.#open.keys()) stream.leave('this replica is shutting down');
  }

  #requirePlace({ id, name }: Principal): void {
    if (this.#closing)
      throw new CcError('CC_SHUTTING_DOWN', 'this replica is shutting down; ask again, another answers');
    const { maxStreams, maxStreamsPerToken } = this.config.engine;
    if (this.#open.size >= maxStreams) {
      throw new CcError(
        'CC_OVERLOADED',
        `${maxStreams} streams are open on this replica; poll GET /runs/{id} instead, or raise engine.maxStreams`,
        { retryAfter: RETRY_AFTER },
      );
    }
    const own = [...this.#open.values()].filter((owner) => owner === id).length;
    if (own < maxStreamsPerToken) return;
    throw new CcError(
      'CC_TOO_MANY_STREAMS',
      `the token "${name}" has ${own} streams open; close some, or raise engine.maxStreamsPerToken`,
      { retryAfter: RETRY_AFTER },
    );
  }
}
