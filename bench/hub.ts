import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const token = 'cc_bench_0123456789abcdefghijklmnopqrstuvwxyz';
const repository = resolve(import.meta.dirname, '..');

export interface Hub {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The hub as a user starts it, on its own folder with these workflows. `flags` of Node. */
export async function startHub(
  databaseUrl: string,
  workflows: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Hub> {
  const root = mkdtempSync(join(tmpdir(), 'cc-bench-hub-'));
  mkdirSync(join(root, 'workflows'));
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  writeFileSync(
    join(root, 'commandcenter.yaml'),
    'plugins: [{ use: transform }]\nworkflows: [workflows]\nengine: { rateLimitPerMinute: 1000000 }\n',
  );
  for (const [id, text] of Object.entries(workflows)) writeFileSync(join(root, 'workflows', `${id}.yaml`), text);
  const port = await freePort();
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    COMMANDCENTER_ADMIN_TOKEN: token,
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [...flags, join(repository, 'dist/main.js'), 'start'], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child).catch((thrown: unknown) => {
    child.kill('SIGKILL');
    throw thrown;
  });
  return {
    url,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    pid: child.pid!,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1_200; tries++) {
    if (child.exitCode !== null) throw new Error(`the hub ended with ${child.exitCode}`);
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (ready?.ok) return;
    await sleep(100);
  }
  throw new Error('the hub was not ready within two minutes');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
