import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ScrapeExporter } from './scrape-exporter.js';

/** Answers Prometheus. The listener is ours, because the exporter's own cannot pick a free port nor say that it failed. */
export class MetricsServer {
  readonly reader = new ScrapeExporter();
  #server: Server | undefined;

  /** Where it listens; undefined, and `whyNot` told, when it cannot: a hub without metrics still works. */
  async listen(
    host: string,
    port: number,
    whyNot: (error: NodeJS.ErrnoException) => void,
  ): Promise<string | undefined> {
    const server = createServer((request, response) => {
      const path = request.url?.split('?', 1)[0];
      if (path === '/metrics' && request.method === 'GET')
        return this.reader.getMetricsRequestHandler(request, response);
      response.writeHead(path === '/metrics' ? 405 : 404).end();
    });
    server.unref();
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
    } catch (error) {
      whyNot(error as NodeJS.ErrnoException);
      return undefined;
    }
    server.on('error', whyNot);
    this.#server = server;
    const { port: bound } = server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}/metrics`;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
