import { context, isSpanContextValid, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import type { RootContext } from './engine-telemetry.js';

/**
 * Runs work that goes on beyond the request or step it happens to start in, and serves many: in nobody's trace. Without
 * this a flush of the journal would be a child of whichever caller woke it, and so would be all that follows.
 */
export function detached<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}

/** W3C trace context of what is going on now; undefined outside of any span. */
export function currentTraceparent(): string | undefined {
  const active = trace.getSpanContext(context.active());
  if (active === undefined || !isSpanContextValid(active)) return undefined;
  return formatTraceparent(active);
}

export function formatTraceparent(span: { traceId: string; spanId: string; traceFlags: number }): string {
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;
}

export function traceparentOf({ traceId, spanId, sampled }: RootContext): string {
  return formatTraceparent({ traceId, spanId, traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE });
}
