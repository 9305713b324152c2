import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unescape } from 'node:querystring';
import { text } from 'node:stream/consumers';

/** Says back all it was asked, in several encodings, as badly made services do. */
export class EchoServer {
  asked = '';
  private constructor(private readonly server: Server) {}

  static async start(): Promise<EchoServer> {
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        echo.asked += `${request.url}\n${body}\n`;
        const { url, headers } = request;
        const all = { url, path: unescape(url ?? ''), headers, body, base64: Buffer.from(body).toString('base64') };
        response
          .writeHead(200, { 'content-type': 'application/json', 'x-echo': encodeURIComponent(body) })
          .end(JSON.stringify({ ...all, again: JSON.stringify(all) }));
      });
    }); // prettier-ignore
    const echo = new EchoServer(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return echo;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
