/**
 * The only door to nestjs-otel. It is a CommonJS package that requires Nest, which is ESM: Nest must be loaded first, or
 * a test runner's module linker meets it half made.
 */
import '@nestjs/common';
import { trace } from '@opentelemetry/api';
import { CcError } from '../errors/index.js';
import { attribute } from './names.js';

const otel = await import('nestjs-otel');

export const MetricService = otel.MetricService;
export type MetricService = InstanceType<typeof otel.MetricService>;

type Method<A extends unknown[], R> = (...args: A) => Promise<R>;
type Outcome<R> = { readonly value: R } | { readonly refused: CcError };

/**
 * Wraps a method in a span of that name, child of whatever is active. For shells; a run's own spans are made by hand. What
 * the caller did wrong (no such run, a list that cannot be) is no failure of the hub: the span says which code, and is no
 * error.
 */
export function Span(name: string) {
  return <A extends unknown[], R>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method<A, R>>,
  ): void => {
    const work = descriptor.value!;
    const inner: { value?: Method<A, Outcome<R>> } = {
      async value(this: unknown, ...args: A) {
        const span = trace.getActiveSpan();
        try {
          return { value: await work.apply(this, args) };
        } catch (thrown) {
          if (!isRefusal(thrown)) throw thrown;
          span?.setAttribute(attribute.errorType, thrown.code);
          return { refused: thrown };
        }
      },
    };
    otel.Span(name)(target, key, inner);
    const spanned = inner.value!;
    descriptor.value = async function (this: unknown, ...args: A) {
      const outcome = await spanned.apply(this, args);
      if ('refused' in outcome) throw outcome.refused;
      return outcome.value;
    };
  };
}

function isRefusal(thrown: unknown): thrown is CcError {
  return thrown instanceof CcError && thrown.kind !== 'failed' && thrown.kind !== 'unavailable';
}
