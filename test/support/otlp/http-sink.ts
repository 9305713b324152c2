import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers everything and keeps what it was asked: a collector for OTLP over HTTP, or any other address. */
export class HttpSink {
  readonly requests: { readonly url: string; readonly body: string }[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<HttpSink> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        // One character a byte: protobuf is searched like text.
        sink.requests.push({ url: request.url ?? '', body: Buffer.concat(parts).toString('latin1') });
        response
          .writeHead(200, { 'content-type': request.headers['content-type'] ?? 'application/json' })
          .end(request.headers['content-type']?.includes('protobuf') ? '' : '{}');
      });
    });
    const sink = new HttpSink(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** All that was sent to that path, as one text. */
  sent(path: string): string {
    return this.requests.filter(({ url }) => url === path).map(({ body }) => body).join('\n'); // prettier-ignore
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
