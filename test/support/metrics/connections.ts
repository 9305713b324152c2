import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { token } from '../triggers/hub-process.js';

async function open(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

/** Connections that had an answer and stay open. */
export function keptAlive(url: string, count: number): Promise<Socket[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = await open(url, 'GET /health/live HTTP/1.1\r\nHost: hub\r\n\r\n');
      await once(socket, 'data');
      return socket;
    }),
  );
}

/** Connections whose request is under way: its body is still to come. */
export function halfSentRequests(url: string, count: number): Promise<Socket[]> {
  const head = [
    'POST /api/v1/events HTTP/1.1',
    'Host: hub',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/cloudevents+json',
    'Content-Length: 20',
  ];
  return Promise.all(Array.from({ length: count }, () => open(url, `${head.join('\r\n')}\r\n\r\n{`)));
}
