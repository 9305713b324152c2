import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Span,
  type SpanOptions,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';

/**
 * Traces only what happens inside a span. The hub asks its database all the time on its own account, and none of that is
 * a trace; the instrumentation's own switch for this would also stop the metrics of those queries.
 */
export function childrenOnly(provider: TracerProvider): TracerProvider {
  return {
    getTracer(...scope) {
      const tracer = provider.getTracer(...scope);
      const startSpan: Tracer['startSpan'] = (name, options, active = context.active()): Span =>
        options?.root !== true && inside(active)
          ? tracer.startSpan(name, options, active)
          : trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
      return { startSpan, startActiveSpan: activeBy(startSpan) };
    },
  };
}

/** `(name, options?, context?, work)`, as the API has it. */
function activeBy(startSpan: Tracer['startSpan']): Tracer['startActiveSpan'] {
  return (name: string, ...rest: unknown[]) => {
    const work = rest.pop() as (span: Span) => unknown;
    const [options, parent = context.active()] = rest as [SpanOptions?, Context?];
    const span = startSpan(name, options, parent);
    return context.with(trace.setSpan(parent, span), work, undefined, span) as never;
  };
}

/** A span that was not made, because nothing was going on, is nobody's parent. */
function inside(active: Context): boolean {
  const parent = trace.getSpanContext(active);
  return parent !== undefined && isSpanContextValid(parent);
}
