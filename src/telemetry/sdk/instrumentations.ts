import type { IncomingMessage } from 'node:http';
import { isSpanContextValid } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { PinoInstrumentation } from '@opentelemetry/instrumentation-pino';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';

/** Resolution of the event loop's delay, ms: what an idle loop shows. */
const loopPrecisionMs = 10;

export function instrumentations() {
  return {
    pg: new PgInstrumentation({ ignoreConnectSpans: true }),
    others: [
      new HttpInstrumentation({ ignoreIncomingRequestHook: isProbe, requireParentforOutgoingSpans: true }),
      new UndiciInstrumentation({
        requireParentforSpans: true,
        requestHook: (span, { headers }) => {
          if (isSpanContextValid(span.spanContext())) dropTraceparent(headers);
        },
      }),
      new PinoInstrumentation(),
      new RuntimeNodeInstrumentation({ monitoringPrecision: loopPrecisionMs }),
    ],
  };
}

/** Probes and scrapes come every few seconds for ever, and are nobody's work. */
function isProbe({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/health/') || url === '/metrics';
}

/** Agents send theirs along by hand; the span of the request adds its own, and two of them are as good as none. */
function dropTraceparent(headers: unknown): void {
  if (!Array.isArray(headers)) return;
  for (let at = headers.length - 2; at >= 0; at -= 2) {
    if (String(headers[at]).toLowerCase() === 'traceparent') headers.splice(at, 2);
  }
}
