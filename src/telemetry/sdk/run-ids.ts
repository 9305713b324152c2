import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace';
import { givenIds } from '../given-ids.js';

/** Random ids, but for a span whose ids were given. */
export class RunIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();

  generateTraceId(): string {
    return givenIds()?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return givenIds()?.spanId ?? this.#random.generateSpanId();
  }
}
