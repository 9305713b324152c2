import type {
  Attributes,
  AttributeValue,
  Exception,
  Link,
  Span,
  SpanContext,
  SpanStatus,
  TimeInput,
} from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { AttemptFacts } from '../engine-telemetry.js';

/** What the attempts of a run share. */
export interface AttemptOwner {
  readonly traceId: string;
  /** Of the run's root. */
  readonly spanId: string;
  readonly traceFlags: number;
  readonly runId: string;
  /** Of the workflow: steps of one version are the same. */
  readonly version: string;
  /** The SDK's, which the exporter waits for. */
  readonly resource: Resource;
  /** The same for every attempt of the run once it was encoded; the exporter's. */
  encoded?: Buffer;
  /** A span of the SDK with these ids. */
  makeSpan(attempt: AttemptSpan): Span;
  /** Gives the span to the exporter. */
  export(attempt: AttemptSpan): void;
}

/**
 * The span of an attempt. Most attempts succeed and nobody writes on their spans: those are a handful of fields here, and
 * bytes at the export, at a quarter of what the SDK's own span costs. Whatever else is asked of a span (an attribute, an
 * event, an error) makes it one of the SDK's, with the same ids.
 */
export class AttemptSpan implements Span {
  /** The span's id, two halves of it, as the exporter writes them. */
  readonly high = (Math.random() * 2 ** 32) >>> 0;
  /** Never 0: an id of zeros alone is none. */
  readonly low = ((Math.random() * 2 ** 32) | 1) >>> 0;
  endedAt = 0;
  #real: Span | undefined;
  #context: SpanContext | undefined;

  constructor(
    readonly owner: AttemptOwner,
    readonly facts: AttemptFacts,
    readonly agentName: string,
    /** ms since 1970, as all times here. */
    readonly startedAt: number,
  ) {}

  get resource(): Resource {
    return this.owner.resource;
  }

  /** Succeeded, and nothing else to say. False when the span has become the SDK's own. */
  succeeded(at: number): boolean {
    if (this.#real) return false;
    this.endedAt = at;
    this.owner.export(this);
    return true;
  }

  spanContext(): SpanContext {
    this.#context ??= new AttemptContext(this);
    return this.#context;
  }

  isRecording(): boolean {
    return this.endedAt === 0 && (this.#real?.isRecording() ?? true);
  }

  setAttribute(key: string, value: AttributeValue): this {
    this.#made.setAttribute(key, value);
    return this;
  }

  setAttributes(attributes: Attributes): this {
    this.#made.setAttributes(attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    this.#made.addEvent(name, attributesOrTime, time);
    return this;
  }

  addLink(link: Link): this {
    this.#made.addLink(link);
    return this;
  }

  addLinks(links: Link[]): this {
    this.#made.addLinks(links);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.#made.setStatus(status);
    return this;
  }

  updateName(name: string): this {
    this.#made.updateName(name);
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    this.#made.recordException(exception, time);
  }

  end(at?: TimeInput): void {
    this.#made.end(at);
  }

  get #made(): Span {
    this.#real ??= this.owner.makeSpan(this);
    return this.#real;
  }
}

/** Most attempts are never asked for their id as text. */
class AttemptContext implements SpanContext {
  #spanId: string | undefined;

  constructor(private readonly span: AttemptSpan) {}

  get traceId(): string {
    return this.span.owner.traceId;
  }

  get spanId(): string {
    this.#spanId ??= hex(this.span.high) + hex(this.span.low);
    return this.#spanId;
  }

  get traceFlags(): number {
    return this.span.owner.traceFlags;
  }
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
