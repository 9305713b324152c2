import { CcError } from '../errors/index.js';

/**
 * Refuses every way of sending a CloudEvent but the structured one. Header names are in lower case, as Node gives them.
 * A batch can also be told by its body, which is an array: `parseCloudEvent` refuses that.
 */
export function requireStructured(headers: Readonly<Record<string, unknown>>): void {
  const mediaType = String(headers['content-type'] ?? '')
    .split(';')[0]!
    .trim()
    .toLowerCase();
  if (mediaType === 'application/cloudevents+json') return;
  if (mediaType.startsWith('application/cloudevents-batch')) throw notBuilt('a batch', 'send one event per request');
  const binary = Object.keys(headers).find((name) => name.startsWith('ce-'));
  if (binary !== undefined) throw notBuilt(`the binary mode (header ${binary})`, 'send the whole event as JSON');
  if (mediaType === 'application/json') return;
  throw new CcError(
    'CC_REQUEST_INVALID',
    `an event is sent as application/cloudevents+json, not as ${mediaType || 'nothing'}`,
  );
}

function notBuilt(what: string, instead: string): CcError {
  return new CcError(
    'CC_EVENT_MODE_NOT_BUILT',
    `${what} is not built yet: ${instead}, as application/cloudevents+json`,
  );
}
