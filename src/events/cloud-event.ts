import { CloudEvent, ValidationError } from 'cloudevents';
import { CcError, type Problem } from '../errors/index.js';
import { attributeTextProblem, kindOf, problemsOf, type Attributes, type NewEvent } from './new-event.js';

/** The attributes with a column of their own; all others are kept together. */
const OWN = new Set(['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'data_base64', 'traceparent']);

/** A CloudEvents 1.0 event in structured JSON mode, and everything that keeps the hub from taking it, by path. */
export function readEvent(body: unknown): { readonly event: NewEvent; readonly problems: readonly Problem[] } {
  const isMap = typeof body === 'object' && body !== null && !Array.isArray(body);
  const set = isMap ? Object.fromEntries(Object.entries(body).filter(isSet)) : {};
  const event = eventOf(set);
  if (!isMap)
    return { event, problems: [{ path: '', message: `an event must be one JSON object, not ${kindOf(body)}` }] };
  const problems = [...formatProblems(set), ...problemsOf(event), ...borrowedSource(event.source)];
  return { event, problems: withoutRepeats(problems) };
}

/** What a plugin publishes carries a source of the hub's giving, which workflows trust: nobody else may send under it. */
function borrowedSource(source: unknown): Problem[] {
  if (typeof source !== 'string' || !source.startsWith('/plugins/')) return [];
  return [{ path: 'source', message: 'sources below /plugins/ are for events of plugins: name your own' }];
}

/** In JSON an attribute that is null counts as not set; `data: null` is a value. */
function isSet([name, value]: readonly [string, unknown]): boolean {
  return value !== undefined && (value !== null || name === 'data');
}

function eventOf(set: Readonly<Record<string, unknown>>): NewEvent {
  const attributes = Object.entries(set).filter(([name]) => !OWN.has(name));
  return {
    id: set['id'] as string,
    source: set['source'] as string,
    type: set['type'] as string,
    ...(set['subject'] !== undefined && { subject: set['subject'] as string }),
    ...(typeof set['time'] === 'string' && { time: new Date(set['time']) }),
    ...('data' in set && { data: set['data'] }),
    ...(set['data_base64'] !== undefined && { dataBase64: set['data_base64'] as string }),
    ...(set['traceparent'] !== undefined && { traceparent: set['traceparent'] as string }),
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) as Attributes }),
  };
}

/** What the specification says about names and values, each attribute on its own so that all problems are found. */
function formatProblems(set: Readonly<Record<string, unknown>>): Problem[] {
  const problems: Problem[] = [];
  if (set['specversion'] !== '1.0') {
    problems.push({
      path: 'specversion',
      message: `must be "1.0", not ${JSON.stringify(set['specversion']) ?? 'missing'}`,
    });
  }
  for (const [name, value] of Object.entries(set)) {
    const message = attributeProblem(name, value);
    if (message !== undefined) problems.push({ path: name, message });
  }
  if ('data' in set && 'data_base64' in set)
    problems.push({ path: 'data_base64', message: 'stands beside data: send one of them' });
  return problems;
}

function attributeProblem(name: string, value: unknown): string | undefined {
  // The data is judged as what the hub stores.
  if (name === 'specversion' || name === 'data' || name === 'data_base64') return undefined;
  if (typeof value === 'string') return attributeTextProblem(value) ?? conforms(name, value);
  if (!OWN.has(name) && (typeof value === 'boolean' || (typeof value === 'number' && Number.isInteger(value)))) {
    return conforms(name, value);
  }
  return `must be a string${OWN.has(name) ? '' : ', a boolean or an integer'}, not ${kindOf(value)}`;
}

/** Asks the CloudEvents SDK about one attribute, in an event that is right otherwise. */
function conforms(name: string, value: string | number | boolean): string | undefined {
  try {
    new CloudEvent({ id: '1', source: '/', type: 't', [name]: value });
    return undefined;
  } catch (thrown) {
    // Its message goes on with advice over several lines, or with the whole list of schema errors.
    const [first] = thrown instanceof ValidationError ? (thrown.errors as ({ message?: string } | string)[]) : [];
    if (typeof first === 'object' && first.message !== undefined) return first.message;
    return (thrown as Error).message.split('\n')[0];
  }
}

function withoutRepeats(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** Told in the sentence; the list has them all. */
const MOST_TOLD = 20;

export function invalidEvent(what: string, problems: readonly Problem[]): CcError {
  const told = problems.slice(0, MOST_TOLD).map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  const left = problems.length - told.length;
  const more = left > 0 ? `; and ${left} more, see problems` : '';
  return new CcError('CC_EVENT_INVALID', `${what}: ${told.join('; ')}${more}`, { problems });
}

/** What expressions see as `event`, and what a run keeps. */
export function cloudEventOf(event: NewEvent): Readonly<Record<string, unknown>> {
  return {
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: event.type,
    ...(event.subject !== undefined && { subject: event.subject }),
    ...(event.time !== undefined && { time: event.time.toISOString() }),
    ...event.attributes,
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    ...(event.data !== undefined && { data: event.data }),
    ...(event.dataBase64 !== undefined && { data_base64: event.dataBase64 }),
  };
}
