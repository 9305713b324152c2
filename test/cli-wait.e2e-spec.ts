import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './support/cli/command-line.js';
import { outcomeOf, spawnCommand } from './support/cli/process.js';
import { testDatabaseUrl } from './support/database.js';
import { freePort } from './support/free-port.js';
import { Clone } from './support/process/clone.js';
import { HubProcess } from './support/process/hub.js';

const workflows = {
  'commandcenter.yaml': 'plugins: [{ use: transform }]\nworkflows: [workflows]\n',
  'workflows/go.yaml': `id: go
steps:
  first: { uses: transform.value, with: { value: 1 } }
  signal: { needs: [first], waitFor: { event: go, timeout: 1h } }
  last: { needs: [signal], uses: transform.value, with: { value: "\${{ steps.signal.output.data }}" } }
output: \${{ steps.last.output }}
`,
  'workflows/asks.yaml': `id: asks
input: { type: object, properties: { name: { type: string } } }
steps:
  ok: { approval: { message: "Restart \${{ input.name }}?" } }
output: \${{ steps.ok.output.comment }}
`,
};

/** A command line that waits, what it says meanwhile, and what it came to. */
class Waiting {
  said = '';
  readonly outcome: Promise<Outcome>;

  constructor(readonly child: ChildProcess) {
    child.stderr!.on('data', (text: Buffer) => (this.said += text.toString()));
    this.outcome = outcomeOf(child);
  }

  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (const late = Date.now() + 20_000; Date.now() < late; await sleep(20)) {
      const match = pattern.exec(this.said);
      if (match) return match;
    }
    throw new Error(`did not say ${pattern}: ${this.said}`);
  }
}

describe('a command line that waits for a run', () => {
  let clone: Clone;
  let database: { url: string; drop: () => Promise<void> };
  let port: number;
  let hub: HubProcess;
  const children: ChildProcess[] = [];

  const startHub = () =>
    HubProcess.spawn(clone, 'node', {
      DATABASE_URL: database.url,
      PORT: String(port),
      OTEL_SDK_DISABLED: 'true',
    }).ready();
  const cc = (...argv: string[]): Waiting => {
    const child = spawnCommand(clone.folder, argv);
    children.push(child);
    return new Waiting(child);
  };

  beforeAll(async () => {
    clone = new Clone(workflows);
    database = await testDatabaseUrl();
    port = await freePort();
    hub = await startHub();
  });
  afterAll(async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
    if (hub?.groupLives()) hub.killGroup('SIGKILL');
    await hub?.ended;
    await database.drop();
    clone.remove();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'sees its end over a hub that ends by %s and starts again',
    async (signal) => {
      const waiting = cc('run', 'go', '--wait');
      const [, id] = await waiting.says(/run ([0-9a-f-]{36}) waiting/);
      hub.kill(signal);
      await hub.ended;
      await waiting.says(/Still trying/);
      hub = await startHub();
      // It has looked at the run by now: what comes is seen by who is back on the stream, and by nobody else.
      await sleep(2_500);
      await hub.api('/events', {
      specversion: '1.0', id: signal, source: '/test', type: 'go', data: { after: signal },
    }); // prettier-ignore
      const { code, stdout, stderr } = await waiting.outcome;
      expect([code, JSON.parse(stdout)]).toEqual([0, { after: signal }]);
      // Once each, though the run was looked at before and after.
      const lines = stderr.split('\n').filter((line) => !line.includes('Still trying'));
      expect(lines.filter((line) => /first {2}succeeded/.test(line))).toHaveLength(1);
      expect(lines.at(-2)).toMatch(new RegExp(`run ${id} succeeded`));
    },
  );

  it('says what its own run asks when two ask at once', async () => {
    const names = ['billing', 'shipping'];
    const waiting = names.map((name) => cc('run', 'asks', '--wait', '--input', JSON.stringify({ name })));
    const asked = await Promise.all(waiting.map((one) => one.says(/approvals approve ([0-9a-f-]{36})/)));
    const { items } = await hub.api<{ items: { id: string; run: string; message: string }[] }>('/approvals');
    for (const [n, name] of names.entries()) {
      const own = items.find(({ message }) => message === `Restart ${name}?`)!;
      expect(asked[n]![1]).toBe(own.id);
      expect(waiting[n]!.said).toContain(`run ${own.run} `);
    }
    for (const [n, [, id]] of asked.entries())
      await hub.api(`/approvals/${id}/decision`, { decision: 'approve', comment: `yes, ${names[n]}` });
    for (const [n, one] of waiting.entries()) {
      const { code, stdout, stderr } = await one.outcome;
      expect([code, stdout]).toEqual([0, `yes, ${names[n]}\n`]);
      expect(stderr.match(/waits for a decision/g)).toHaveLength(1);
    }
  });

  it('of a rerun waits in the same way, and leaves on Ctrl-C', async () => {
    const { items } = await hub.api<{ items: { id: string }[] }>('/runs?workflow=go&limit=1');
    const again = cc('runs', 'rerun', items[0]!.id, '--wait');
    await again.says(/run [0-9a-f-]{36} waiting/);
    again.child.kill('SIGINT');
    expect(await again.outcome).toMatchObject({ code: 130, stderr: expect.stringContaining('goes on') as string });
  });

  it('knows nothing of a hub that stays away for as long as --timeout says', async () => {
    const waiting = cc('run', 'go', '--wait', '--timeout', '4s');
    await waiting.says(/waiting/);
    hub.kill('SIGKILL');
    await once(waiting.child, 'close');
    expect(await waiting.outcome).toMatchObject({ code: 6, stderr: expect.stringContaining('Still trying') as string });
  });
});
