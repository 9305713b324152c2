import {
  type Context,
  type Exception,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { AttemptFacts, FailureFacts, Interval, RunEnding, RunFacts } from '../engine-telemetry.js';
import { withIds } from '../given-ids.js';
import { attribute, span } from '../names.js';
import { attemptSink } from './attempt-sink.js';
import { type AttemptOwner, AttemptSpan } from './attempt-span.js';

/**
 * The spans of one run. Its root is made again wherever the run comes into memory, always with the ids that stand on the
 * run's row, and exported only where the run ends: children find it by id from any replica.
 */
export class RunTrace implements AttemptOwner {
  encoded?: Buffer;
  readonly #root: Span;
  /** With the root as parent. */
  readonly context: Context;

  constructor(
    private readonly tracer: Tracer,
    private readonly run: RunFacts,
    startedAt: number,
  ) {
    const attributes = {
      [attribute.workflowId]: run.workflow,
      [attribute.workflowName]: run.name,
      [attribute.workflowVersion]: run.version,
      [attribute.workflowTrigger]: run.trigger,
      [attribute.workflowRunId]: run.runId,
    };
    const options = { startTime: startedAt, attributes, links: linksTo(run.traceparent) };
    this.#root = withIds(run, () => tracer.startSpan(span.workflow, options, contextAbove(run)));
    this.context = trace.setSpanContext(ROOT_CONTEXT, this.#own(this.#root));
  }

  /** Without a recorded root (nothing traces, or this run was not sampled) the attempts are not recorded either. */
  startAttempt(facts: AttemptFacts, agentName: string, at: number): [Span, Context] {
    if (!this.#root.isRecording()) return [trace.getSpan(this.context)!, this.context];
    const lean = new AttemptSpan(this, facts, agentName, at);
    const started = attemptSink() ? lean : this.makeSpan(lean);
    return [started, trace.setSpan(this.context, started)];
  }

  endAttempt(started: Span, status: string, took: Interval, failure: FailureFacts | undefined): void {
    if (status === 'succeeded' && started instanceof AttemptSpan && started.succeeded(took.to)) return;
    started.setAttributes({ [attribute.agentStatus]: status, [attribute.agentDurationMs]: took.to - took.from });
    if (failure && status !== 'cancelled') fail(started, failure, took.to);
    started.end(took.to);
  }

  makeSpan(lean: AttemptSpan): Span {
    const { agent, action, attempt, step } = lean.facts;
    const attributes = {
      [attribute.agentId]: agent,
      [attribute.agentName]: lean.agentName,
      [attribute.agentAction]: action,
      [attribute.agentAttempt]: attempt,
      [attribute.workflowRunId]: this.run.runId,
      [attribute.workflowStep]: step,
    };
    const options = { startTime: lean.startedAt, attributes };
    return withIds(lean.spanContext(), () => this.tracer.startSpan(span.agent, options, this.context));
  }

  export(lean: AttemptSpan): void {
    attemptSink()?.(lean);
  }

  get traceId(): string {
    return this.run.traceId;
  }

  get spanId(): string {
    return this.run.spanId;
  }

  get runId(): string {
    return this.run.runId;
  }

  get version(): string {
    return this.run.version;
  }

  get traceFlags(): number {
    return this.#root.spanContext().traceFlags;
  }

  get sampled(): boolean {
    return (this.traceFlags & TraceFlags.SAMPLED) !== 0;
  }

  /** The SDK's spans can be read; the API does not say so. */
  get resource(): Resource {
    return (this.#root as unknown as ReadableSpan).resource;
  }

  waited(step: string, kind: string, took: Interval): void {
    const attributes = {
      [attribute.workflowRunId]: this.run.runId,
      [attribute.workflowStep]: step,
      [attribute.timerKind]: kind,
    };
    this.tracer.startSpan(span.timer, { startTime: took.from, attributes }, this.context).end(took.to);
  }

  decided(step: string, decision: string, took: Interval): void {
    const attributes = {
      [attribute.workflowRunId]: this.run.runId,
      [attribute.workflowStep]: step,
      [attribute.approvalDecision]: decision,
    };
    this.tracer.startSpan(span.approval, { startTime: took.from, attributes }, this.context).end(took.to);
  }

  end({ status, took, error }: RunEnding): void {
    this.#root.setAttributes({
      [attribute.workflowStatus]: status,
      [attribute.workflowDurationMs]: took.to - took.from,
    });
    if (error && status === 'failed') fail(this.#root, error, took.to);
    this.#root.end(took.to);
  }

  /** Of the span; where nothing traces (no SDK), that of the run's row, not sampled. */
  #own(made: Span) {
    const { traceId, spanId } = this.run;
    const own = made.spanContext();
    return isSpanContextValid(own) ? own : { traceId, spanId, traceFlags: TraceFlags.NONE };
  }
}

function fail(span: Span, { type, code, message }: FailureFacts, at: number): void {
  span.setAttribute(attribute.errorType, type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.recordException({ name: code, message } satisfies Exception, at);
}

/** A run that is a step of another one stands below that one's root, and is recorded if that is. */
function contextAbove({ traceId, parent }: RunFacts): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const traceFlags = parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: parent.spanId, traceFlags, isRemote: true });
}

function linksTo(traceparent: string | undefined): Link[] {
  const context = traceparent === undefined ? null : parseTraceParent(traceparent);
  return context === null ? [] : [{ context: { ...context, isRemote: true } }];
}
