import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testDatabaseUrl } from './support/database.js';
import { Clone } from './support/process/clone.js';
import { HubProcess } from './support/process/hub.js';

const shipped = (name: string) => readFileSync(join(import.meta.dirname, '..', name), 'utf8');

describe('commandcenter dev', () => {
  let clone: Clone;
  let hub: HubProcess;
  let database: { readonly url: string; drop(): Promise<void> };
  beforeEach(async () => {
    const files = ['commandcenter.yaml', 'workflows/tell.yaml'];
    clone = new Clone(Object.fromEntries(files.map((name) => [name, shipped(name)])));
    database = await testDatabaseUrl();
  });
  afterEach(async () => {
    if (hub.groupLives()) hub.killGroup('SIGKILL');
    await database.drop();
    clone.remove();
  });

  async function start(): Promise<string> {
    hub = HubProcess.spawn(clone, 'node', { DATABASE_URL: database.url, OTEL_SDK_DISABLED: 'true' }, ['dev']);
    const [, inbox] = await hub.says(/Slack inbox: (http:\S+)/);
    await hub.ready();
    return inbox!;
  }

  async function until(done: () => boolean | Promise<boolean>): Promise<void> {
    for (const deadline = Date.now() + 40_000; !(await done()); await sleep(50))
      if (Date.now() > deadline) throw new Error(`waited too long:\n${hub.output}`);
  }

  it('brings a message of a workflow to the inbox; both end together on Ctrl-C', async () => {
    const inbox = await start();
    await hub.api('/workflows/tell/runs', { input: { text: 'hello inbox' } });
    await until(async () => (await (await fetch(`${inbox}/messages`)).text()).includes('hello inbox'));
    hub.killGroup('SIGINT');
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    await until(() => !hub.groupLives());
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('leaves no inbox behind after %s', async (signal) => {
    await start();
    hub.kill(signal);
    await until(() => !hub.groupLives());
  });
});
