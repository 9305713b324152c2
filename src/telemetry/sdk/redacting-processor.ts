import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

/** How deep attributes may be nested; what is deeper is no attribute of ours. */
const maxDepth = 20;

/**
 * Blacks out every text of a span that ends, whoever wrote it: instrumentations of calls, exceptions, addresses of requests.
 * It must stand before the processors that export, which get the same span after it. Attempts that are encoded by us pass it
 * by: nothing in them comes from a user.
 */
export class RedactingProcessor implements SpanProcessor {
  constructor(private readonly redact: (text: string) => string) {}

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    const { attributes, events, links, status } = span as Writable<ReadableSpan>;
    (span as Writable<ReadableSpan>).name = this.redact(span.name);
    this.#clean(attributes);
    if (status.message !== undefined) status.message = this.redact(status.message);
    for (const event of events) {
      event.name = this.redact(event.name);
      if (event.attributes) this.#clean(event.attributes);
    }
    for (const link of links) if (link.attributes) this.#clean(link.attributes);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** The SDK's own copies: what the caller gave stays as it is. */
  #clean(attributes: Attributes): void {
    for (const [key, value] of Object.entries(attributes)) {
      if (value === undefined || typeof value === 'number' || typeof value === 'boolean') continue;
      attributes[key] = this.#cleaned(key === 'url.full' ? withoutUser(value) : value, 0);
    }
  }

  #cleaned<T>(value: T, depth: number): T;
  #cleaned(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
    if (depth === maxDepth) return '***';
    if (Array.isArray(value)) return value.map((item: unknown) => this.#cleaned(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.#cleaned(inner, depth + 1)]));
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Who asks is nobody's business, and may be a password that the hub does not know. */
function withoutUser<T>(value: T): T | string {
  return typeof value === 'string' ? value.replace(/^([a-z]+:\/\/)[^/?#@]*@/i, '$1') : value;
}
