import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './compose.js';
import { listening } from './listening.js';
import { programOf } from './program.js';

export const alertmanagerProgram = programOf('alertmanager', 'prometheus-alertmanager');
export const shippedConfig = join(root, 'observability/alertmanager/alertmanager.yml');

export interface Received {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: any;
}

/** A real Alertmanager with the shipped configuration: only addresses and folders are others. */
export class Alertmanager {
  private constructor(
    private readonly child: ChildProcess,
    private readonly server: Server,
    readonly folder: string,
    readonly url: string,
    readonly received: readonly Received[],
  ) {}

  /** `hub` and `slackUrl`: where it sends instead of to `received`. */
  static async start(secrets: {
    token: string;
    slack: boolean;
    hub?: string;
    slackUrl?: string;
  }): Promise<Alertmanager> {
    const received: Received[] = [];
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url: path = '', headers } = request;
        received.push({ path, authorization: headers.authorization, body: JSON.parse(String(Buffer.concat(chunks))) });
        response.end('ok');
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const receiver = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const folder = mkdtempSync(join(tmpdir(), 'cc-alertmanager-'));
    const config = readFileSync(shippedConfig, 'utf8')
      .replaceAll('/run/alertmanager', folder)
      .replaceAll('http://hub:3000', secrets.hub ?? receiver);
    writeFileSync(join(folder, 'alertmanager.yml'), config);
    writeFileSync(join(folder, 'token'), secrets.token);
    writeFileSync(join(folder, 'slack-url'), secrets.slack ? (secrets.slackUrl ?? `${receiver}/services/T/B/x`) : '');
    const child = spawn(
      alertmanagerProgram!,
      [
        `--config.file=${join(folder, 'alertmanager.yml')}`,
        `--storage.path=${join(folder, 'data')}`,
        '--web.listen-address=127.0.0.1:0',
        '--cluster.listen-address=',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const address = await listening(child, 'Alertmanager');
    return new Alertmanager(child, server, folder, `http://${address}`, received);
  }

  async raise(...alerts: readonly Readonly<Record<string, string>>[]): Promise<void> {
    const response = await fetch(`${this.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts.map((labels) => ({ labels, annotations: { summary: labels['alertname'] } }))),
    });
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  }

  /** The names of the alerts that are muted because of others. */
  async inhibited(): Promise<string[]> {
    const alerts = (await (await fetch(`${this.url}/api/v2/alerts`)).json()) as any[];
    return alerts
      .filter(({ status }) => status.inhibitedBy.length > 0)
      .map(({ labels }) => Object.values<string>(labels).sort().join(' '))
      .sort();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await once(this.child, 'exit');
    }
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
