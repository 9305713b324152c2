import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { CcError, type Problem } from '../errors/index.js';
import { invalidEvent, readEvent } from './cloud-event.js';
import { kindOf, type NewEvent } from './new-event.js';

/** Events of one request: its body bounds them too, but each costs a row and the look at its subscribers. */
const MAX_BATCH = 1_000;
/** Nobody reads more, and one mistake can be in every event of a batch. */
const MAX_PROBLEMS = 1_000;

const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
const JSON_TYPE = /^application\/([\w.-]+\+)?json$/;
const TEXT_TYPE = /^text\/|^application\/(xml|yaml|x-yaml|x-www-form-urlencoded)$|\+(xml|yaml)$/;
const PREFIX = 'ce-';

/**
 * The events of an HTTP message in structured, binary or batch mode. `body` is parsed where the message says it is JSON,
 * undefined where there is none, and bytes otherwise. The `cloudevents` package reads these modes too, but ends at the
 * first mistake and takes header values as they are, where the specification has them percent-encoded; it still judges
 * each attribute. Throws CC_EVENT_INVALID with every problem: of a batch by index and attribute.
 */
export function eventsOf(headers: IncomingHttpHeaders, body: unknown): readonly NewEvent[] {
  const mediaType = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType === BATCH) return batch(body);
  const binary = Object.keys(headers).some((name) => name.startsWith(PREFIX));
  if (mediaType !== STRUCTURED && binary) return [single(attributesOf(headers, mediaType, body))];
  if (mediaType === STRUCTURED || mediaType === 'application/json') return [single(body)];
  throw new CcError(
    'CC_MEDIA_TYPE_UNSUPPORTED',
    `an event is sent as ${STRUCTURED}, as ${BATCH}, or with its attributes in ce- headers; not as ${mediaType || 'nothing'}`,
  );
}

function single(body: unknown): NewEvent {
  const { event, problems } = readEvent(body);
  if (problems.length > 0) throw invalidEvent('the event is not a CloudEvent 1.0 the hub can take', problems);
  return event;
}

function batch(body: unknown): readonly NewEvent[] {
  const wrong = (message: string) => invalidEvent('the batch cannot be taken', [{ path: '', message }]);
  if (!Array.isArray(body)) throw wrong(`a batch must be a JSON array of events, not ${kindOf(body)}`);
  if (body.length > MAX_BATCH) throw wrong(`has ${body.length} events; ${MAX_BATCH} are allowed: send several batches`);
  const read = body.map(readEvent);
  const problems = read.flatMap(({ problems }, n) =>
    problems.map(({ path, message }): Problem => ({ path: path === '' ? `${n}` : `${n}.${path}`, message })),
  );
  if (problems.length > 0) throw invalidEvent('no event of the batch is taken', listed(problems));
  return read.map(({ event }) => event);
}

function listed(problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= MAX_PROBLEMS) return problems;
  const more = { path: '', message: `${problems.length - MAX_PROBLEMS} more problems are not listed` };
  return [...problems.slice(0, MAX_PROBLEMS), more];
}

/** A binary message as the same event in structured mode. */
function attributesOf(headers: IncomingHttpHeaders, mediaType: string, body: unknown): Record<string, unknown> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith(PREFIX));
  const attributes = named.map(([name, value]) => [name.slice(PREFIX.length), unescaped(String(value))] as const);
  const contentType = headers['content-type'];
  return {
    ...Object.fromEntries(attributes),
    ...(contentType !== undefined && { datacontenttype: contentType }),
    ...dataOf(mediaType, body),
  };
}

function dataOf(mediaType: string, body: unknown): Record<string, unknown> {
  if (body === undefined) return {};
  if (!Buffer.isBuffer(body)) return JSON_TYPE.test(mediaType) ? { data: body } : {};
  if (body.length === 0) return {};
  return TEXT_TYPE.test(mediaType) && isUtf8(body)
    ? { data: body.toString() }
    : { data_base64: body.toString('base64') };
}

/** Binding for HTTP, 3.1.3.2: quotes are taken off, then percent-encoding is, once. What is no encoding stays. */
function unescaped(header: string): string {
  const bare = /^"(.*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? header;
  return bare.replace(/(%[0-9a-f]{2})+/gi, (bytes) => {
    const raw = Buffer.from(bytes.replaceAll('%', ''), 'hex');
    return isUtf8(raw) ? raw.toString() : bytes;
  });
}
