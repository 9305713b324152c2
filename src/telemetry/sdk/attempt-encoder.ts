import { attribute, span } from '../names.js';
import type { AttemptSpan } from '../engine/attempt-span.js';

/** Steps that are kept, items of lists among them (a list has up to 1,000, each with a path of its own): about 8 MB. */
const mostSteps = 20_000;
const fixedBytes = 10 + 9 + 9 + 6;

/**
 * Encodes attempts as messages `opentelemetry.proto.trace.v1.Span`, exactly as the SDK would (opentelemetry-proto 1.x,
 * trace.proto; wire format: protobuf.dev/programming-guides/encoding). What is the same for all attempts of a run, or for all
 * of a step, is encoded once. attempt-encoder.int-spec.ts holds it against the SDK's spans and OpenTelemetry's own protos.
 */
export class AttemptEncoder {
  /** The constant part of a step's attempts, by version and step: both are strings that many attempts share. */
  readonly #versions = new Map<string, Map<string, Buffer>>();
  #kept = 0;

  /** Steps that are kept now. */
  get kept(): number {
    return this.#kept;
  }

  /** As elements of the field `spans` of ScopeSpans. */
  encode(attempts: readonly AttemptSpan[]): Buffer {
    const parts = attempts.map((attempt) => {
      const run = (attempt.owner.encoded ??= runPart(attempt));
      const step = this.#stepPart(attempt);
      const number = attempt.facts.attempt;
      const tookMs = Math.max(0, attempt.endedAt - attempt.startedAt);
      const variable = numberSize(attemptKey, number) + numberSize(durationKey, tookMs);
      return { attempt, run, step, number, tookMs, size: run.length + step.length + fixedBytes + variable };
    });
    const bytes = Buffer.allocUnsafe(parts.reduce((sum, { size }) => sum + 1 + varintSize(size) + size, 0));
    let at = 0;
    for (const { attempt, run, step, number, tookMs, size } of parts) {
      bytes[at++] = 0x12; // ScopeSpans.spans
      at = writeVarint(bytes, at, size);
      at += run.copy(bytes, at);
      at += step.copy(bytes, at);
      bytes[at++] = 0x12; // span_id
      bytes[at++] = 8;
      at = bytes.writeUInt32BE(attempt.low, bytes.writeUInt32BE(attempt.high, at));
      bytes[at++] = 0x39; // start_time_unix_nano
      at = bytes.writeBigUInt64LE(nanoseconds(attempt.startedAt), at);
      bytes[at++] = 0x41; // end_time_unix_nano
      at = bytes.writeBigUInt64LE(nanoseconds(Math.max(attempt.startedAt, attempt.endedAt)), at);
      at = writeNumber(bytes, at, attemptKey, number);
      at = writeNumber(bytes, at, durationKey, tookMs);
      bytes[at++] = 0x85; // flags, two bytes of tag: the trace's flags, and that the parent is known not to be remote
      bytes[at++] = 0x01;
      at = bytes.writeUInt32LE((attempt.owner.traceFlags & 0xff) | 0x100, at);
    }
    return bytes;
  }

  #stepPart({ owner: { version }, facts: { agent, action, step }, agentName }: AttemptSpan): Buffer {
    const known = this.#versions.get(version)?.get(step);
    if (known) return known;
    const part = Buffer.concat([
      delimited(0x2a, Buffer.from(span.agent)), // name
      Buffer.from([0x30, 1]), // kind: internal
      text(attribute.agentId, agent),
      text(attribute.agentName, agentName),
      text(attribute.agentAction, action),
      text(attribute.workflowStep, step),
      text(attribute.agentStatus, 'succeeded'),
    ]);
    this.#keep(version, step, part);
    return part;
  }

  #keep(version: string, step: string, part: Buffer): void {
    if (this.#kept >= mostSteps) {
      this.#versions.clear();
      this.#kept = 0;
    }
    const steps = this.#versions.get(version) ?? new Map<string, Buffer>();
    steps.set(step, part);
    this.#versions.set(version, steps);
    this.#kept++;
  }
}

function runPart({ owner: { traceId, spanId, runId } }: AttemptSpan): Buffer {
  return Buffer.concat([
    delimited(0x0a, Buffer.from(traceId, 'hex')),
    delimited(0x22, Buffer.from(spanId, 'hex')), // parent_span_id
    text(attribute.workflowRunId, runId),
  ]);
}

const nanoseconds = (ms: number) => BigInt(Math.trunc(ms)) * 1_000_000n;

/** Span.attributes: a KeyValue with a string. */
function text(key: string, value: string): Buffer {
  const any = delimited(0x0a, Buffer.from(value));
  return delimited(0x4a, Buffer.concat([delimited(0x0a, Buffer.from(key)), delimited(0x12, any)]));
}

const attemptKey = delimited(0x0a, Buffer.from(attribute.agentAttempt));
const durationKey = delimited(0x0a, Buffer.from(attribute.agentDurationMs));

/** The same with a whole number, which AnyValue holds as int64. */
function writeNumber(bytes: Buffer, from: number, key: Buffer, value: number): number {
  const length = varintSize(value);
  let at = from;
  bytes[at++] = 0x4a;
  at = writeVarint(bytes, at, key.length + 3 + length);
  at += key.copy(bytes, at);
  bytes[at++] = 0x12;
  bytes[at++] = 1 + length;
  bytes[at++] = 0x18;
  return writeVarint(bytes, at, value);
}

function numberSize(key: Buffer, value: number): number {
  const size = key.length + 3 + varintSize(value);
  return 1 + varintSize(size) + size;
}

function delimited(tag: number, content: Buffer): Buffer {
  return Buffer.concat([fieldHead(tag, content.length), content]);
}

/** Of a field of wire type 2: what stands before a content of that length. */
export function fieldHead(tag: number, length: number): Buffer {
  const head = Buffer.alloc(1 + varintSize(length));
  head[0] = tag;
  writeVarint(head, 1, length);
  return head;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

function writeVarint(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes[at++] = (rest % 0x80) | 0x80;
  bytes[at++] = rest;
  return at;
}
