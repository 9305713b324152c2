import type { IncomingMessage } from 'node:http';
import { isJson, type Json } from './check.ts';

const bodyMax = 1_048_576;

/** A body as Slack takes it: JSON, or a form whose `payload` is JSON. Undefined: it is neither. */
export async function readJson(request: IncomingMessage): Promise<Json | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > bodyMax) return undefined;
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString();
  try {
    const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const value: unknown = form ? fromForm(new URLSearchParams(text)) : JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The web API's own client sends each argument as a field, lists as JSON. */
function fromForm(form: URLSearchParams): unknown {
  const payload = form.get('payload');
  if (payload !== null) return JSON.parse(payload);
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, ['blocks', 'attachments'].includes(name) ? JSON.parse(value) : value]),
  );
}
