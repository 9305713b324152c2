import type { RequestInput } from './request-schema.js';

/** One request as it goes out; a redirect makes another of it. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** All that may go to an origin the workflow did not name: everything else might be a credential. */
const harmless = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

export function outgoing(input: RequestInput, traceparent: string | undefined): Outgoing {
  const url = new URL(input.url);
  for (const [name, value] of Object.entries(input.query ?? {})) {
    const values = Array.isArray(value) ? value : value === null ? [] : [value];
    for (const one of values) url.searchParams.append(name, String(one));
  }
  const headers: Record<string, string> = { 'user-agent': 'commandcenter-http', accept: '*/*' };
  if (traceparent !== undefined) headers['traceparent'] = traceparent;
  const { body } = input;
  if (body !== undefined)
    headers['content-type'] = typeof body === 'string' ? 'text/plain;charset=UTF-8' : 'application/json';
  if (input.auth !== undefined) headers['authorization'] = authorization(input.auth);
  for (const [name, value] of Object.entries(input.headers ?? {})) headers[name.toLowerCase()] = value;
  return { method: input.method, url, headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** The request that answers a redirect, as browsers do: 303, and 301 or 302 after a POST, become a GET without body. */
export function redirected(request: Outgoing, status: number, location: string): Outgoing {
  const url = new URL(location, request.url);
  const becomesGet =
    (status === 303 && request.method !== 'HEAD') || ((status === 301 || status === 302) && request.method === 'POST');
  const kept = Object.entries(request.headers).filter(([name]) => {
    if (becomesGet && name === 'content-type') return false;
    return url.origin === request.url.origin || harmless.has(name);
  });
  const next = { url, headers: Object.fromEntries(kept) };
  return becomesGet
    ? { ...next, method: 'GET', body: undefined }
    : { ...next, method: request.method, body: request.body };
}

function authorization(auth: NonNullable<RequestInput['auth']>): string {
  if ('bearer' in auth) return `Bearer ${auth.bearer}`;
  const { username, password } = auth.basic;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}
