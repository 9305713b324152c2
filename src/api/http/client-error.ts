import type { Socket } from 'node:net';
import { CcError } from '../../errors/index.js';
import { problemDocument, problemMediaType } from './problem.js';

/** What Node's HTTP parser refuses never becomes a request, so the answer is written by hand. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const body = JSON.stringify({ ...problemDocument(refusal(error.code), ''), instance: undefined });
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      `Content-Type: ${problemMediaType}; charset=utf-8`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function refusal(code: string | undefined): CcError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new CcError('CC_REQUEST_INVALID', 'the headers are larger than the hub accepts');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new CcError('CC_REQUEST_INVALID', 'the request did not arrive in time');
    default:
      return new CcError('CC_REQUEST_INVALID', 'this is not an HTTP request the hub understands');
  }
}
