import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { order, scenes } from '../dev/load/scenes.ts';
import type { Summary } from '../dev/load/summary.ts';
import { testDatabaseUrl } from './support/database.js';
import { Clone } from './support/process/clone.js';
import { HubProcess } from './support/process/hub.js';
import { root } from './support/stack/compose.js';

const samples = Object.fromEntries(
  readdirSync(join(root, 'workflows')).map((name) => [
    `workflows/${name}`,
    readFileSync(join(root, 'workflows', name), 'utf8'),
  ]),
);

describe('npm run dev:load', () => {
  let clone: Clone;
  let hub: HubProcess;
  let database: Awaited<ReturnType<typeof testDatabaseUrl>>;

  beforeAll(async () => {
    clone = new Clone({ ...samples, 'commandcenter.yaml': readFileSync(join(root, 'commandcenter.yaml'), 'utf8') });
    database = await testDatabaseUrl();
    const env = { DATABASE_URL: database.url, OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
    hub = await HubProcess.spawn(clone, 'node', env).ready();
  });
  afterAll(async () => {
    hub.kill('SIGTERM');
    await hub.ended;
    await database.drop();
    clone.remove();
  });

  function load(args: readonly string[]) {
    const { COMMANDCENTER_URL: _url, COMMANDCENTER_TOKEN: _token, ...env } = process.env;
    const child = spawn(process.execPath, [join(root, 'dev/load/main.ts'), ...args], { cwd: clone.folder, env });
    const ended = Promise.all([
      new Promise<number | null>((resolve) => child.once('close', resolve)),
      text(child.stdout),
      text(child.stderr),
    ]).then(([code, stdout, stderr]) => ({ code, stdout, stderr }));
    return { child, ended };
  }

  it('leaves runs that succeeded, failed and were cancelled, and calls that were refused', async () => {
    const { code, stdout, stderr } = await load(['--seconds', '8', '--rate', '12', '--json']).ended;
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('cannot reach')]);
    const { runs, answers, played, unfinished } = JSON.parse(stdout) as Summary;
    expect(Object.keys(played).sort()).toEqual(scenes.map(({ name }) => name).sort());
    // A load calls nobody: what tells a channel, wants an alert of Prometheus or a signed delivery is not played, nor what
    // waits for people and events. A list of items says nothing on a dashboard that other runs do not.
    const notPlayed = ['deploy-with-approval', 'fan-out', 'github-push', 'high-error-rate', 'order-shipped', 'tell'];
    expect([...Object.keys(runs), ...notPlayed].sort()).toEqual(
      Object.keys(samples)
        .map((file) => file.slice('workflows/'.length, -'.yaml'.length))
        .sort(),
    );
    expect(runs).toMatchObject({
      hello: { succeeded: expect.any(Number) },
      'order-paid': { succeeded: expect.any(Number) },
      'flaky-service': { succeeded: expect.any(Number), failed: expect.any(Number) },
      'slow-report': { succeeded: expect.any(Number), cancelled: expect.any(Number) },
    });
    expect(answers['202']).toBeGreaterThan(50);
    expect(Object.keys(answers).some((status) => status.startsWith('4'))).toBe(true);
    expect(Object.keys(answers).filter((status) => status === '0' || status.startsWith('5'))).toEqual([]);
    expect(unfinished).toBe(0);
  });

  it('ends at Ctrl-C with its summary', async () => {
    const { child, ended } = load(['--seconds', '600', '--json']);
    await new Promise<void>((resolve) =>
      child.stderr.on('data', (data: Buffer) => String(data).includes('Ctrl-C') && resolve()),
    );
    await sleep(500);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Summary).answers['202']).toBeGreaterThan(0);
  });

  it('says which hub it wanted when there is none', async () => {
    const { COMMANDCENTER_URL: _url, COMMANDCENTER_TOKEN: _token, ...env } = process.env;
    const child = spawn(process.execPath, [join(root, 'dev/load/main.ts')], { cwd: '/', env });
    const said = await text(child.stderr);
    expect(said).toContain('Which hub?');
  });
});

describe('the order of the scenes', () => {
  const total = scenes.reduce((sum, { weight }) => sum + weight, 0);

  it('plays each as often as its weight says', () => {
    const turns = order(scenes);
    const played = new Map<string, number>();
    for (let turn = 0; turn < total; turn++) {
      const { name } = turns.next().value;
      played.set(name, (played.get(name) ?? 0) + 1);
    }
    expect([...played].sort()).toEqual(scenes.map(({ name, weight }) => [name, weight]).sort());
  });

  it('has played all of them after half a round', () => {
    const turns = order(scenes);
    const seen = new Set(Array.from({ length: total / 2 }, () => turns.next().value.name));
    expect(seen.size).toBe(scenes.length);
  });
});
