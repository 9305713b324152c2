import { type Attributes, SpanStatusCode } from '@opentelemetry/api';
import { hrTimeToMilliseconds } from '@opentelemetry/core';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { type RunningTelemetry, startTelemetry } from '../../../src/telemetry/index.js';

/** A span as a test states it; what is empty is left out. */
export interface SpanTree {
  readonly name: string;
  readonly attributes: Attributes;
  readonly error?: string;
  readonly exceptions?: readonly Attributes[];
  readonly links?: readonly string[];
  readonly children?: readonly SpanTree[];
}

/** The SDK of this test file, with everything that was exported in memory. */
export class SpanRecorder {
  readonly #exporter = new InMemorySpanExporter();
  #telemetry: RunningTelemetry | undefined;

  async start(): Promise<void> {
    const config = { workflowLabelBudget: 200, enabled: true, metricsHost: '127.0.0.1', metricsPort: 0 };
    const spanProcessors = [new SimpleSpanProcessor({ exporter: this.#exporter })];
    this.#telemetry = await startTelemetry(config, { spanProcessors, logRecordProcessors: [] });
  }

  async stop(): Promise<void> {
    await this.#telemetry?.shutdown();
  }

  /** In the order in which they began. */
  of(traceId: string): ReadableSpan[] {
    const spans = this.#exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
    return spans.sort((a, b) => hrTimeToMilliseconds(a.startTime) - hrTimeToMilliseconds(b.startTime));
  }

  /** The one tree that the spans of a trace form. Throws when there are several roots, or none. */
  tree(traceId: string): SpanTree {
    const spans = this.of(traceId);
    const ids = new Set(spans.map((span) => span.spanContext().spanId));
    const roots = spans.filter(({ parentSpanContext: parent }) => parent === undefined || !ids.has(parent.spanId));
    if (roots.length !== 1) throw new Error(`the trace has ${roots.length} roots: ${roots.map(({ name }) => name)}`);
    return treeOf(roots[0]!, spans);
  }
}

function treeOf(span: ReadableSpan, all: readonly ReadableSpan[]): SpanTree {
  const { spanId } = span.spanContext();
  const children = all.filter(({ parentSpanContext: parent }) => parent?.spanId === spanId);
  const exceptions = span.events.filter(({ name }) => name === 'exception').map(({ attributes }) => attributes ?? {});
  const links = span.links.map(({ context }) => `${context.traceId}-${context.spanId}`);
  return {
    name: span.name,
    attributes: span.attributes,
    ...(span.status.code === SpanStatusCode.ERROR && { error: span.status.message ?? '' }),
    ...(exceptions.length > 0 && { exceptions }),
    ...(links.length > 0 && { links }),
    ...(children.length > 0 && { children: children.map((child) => treeOf(child, all)) }),
  };
}
