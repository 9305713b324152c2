import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Below those that the system gives to connections: still free when somebody listens on it a little later. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(20_000 + Math.floor(Math.random() * 12_000), '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue; // taken
    }
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }
}
