import { TerminalError } from '@commandcenter/sdk';
import type { Dispatcher } from 'undici';
import type { RequestOutput } from './request-schema.js';

type Body = Pick<RequestOutput, 'body' | 'bodyEncoding'>;

/** Reads no further than the limit, whatever content-length says. */
export async function readBody(response: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    // Leaving the loop destroys the stream, and with it the connection.
    if (bytes > maxBytes) {
      throw new TerminalError(
        `The response has more than ${maxBytes} bytes; ask for less, or raise maxResponseBytes of the http plugin`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function decodeBody(bytes: Buffer, contentType: string | undefined): Body {
  if (bytes.byteLength === 0) return { body: null };
  const text = decodeText(bytes, contentType);
  if (text === undefined) return { body: bytes.toString('base64'), bodyEncoding: 'base64' };
  return { body: isJson(contentType) ? parseJson(text) : text };
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType ?? '');
}

/** Text for one that only claims to be JSON: the step may still make sense of it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function decodeText(bytes: Buffer, contentType = ''): string | undefined {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
