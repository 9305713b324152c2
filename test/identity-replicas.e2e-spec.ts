import { randomBytes } from 'node:crypto';
import { testDatabaseUrl } from './support/database.js';
import { HttpSink } from './support/otlp/http-sink.js';
import { PluginFolder } from './support/plugin-folder.js';
import { HubProcess, token as adminToken } from './support/triggers/hub-process.js';

/** What is promised, ms. */
const within = 1_000;
const patience = 60_000;

describe('two replicas', () => {
  const site = new PluginFolder();
  let database: { url: string; drop: () => Promise<void> };
  let outside: HttpSink;
  let here: HubProcess;
  let there: HubProcess;

  beforeAll(async () => {
    site.write('commandcenter.yaml', {
      plugins: [{ use: 'http', options: { allowPrivate: true } }],
      workflows: ['workflows'],
      secrets: ['SHARED'],
    });
    site.write('workflows/asks.json', {
      id: 'asks',
      steps: { ask: { uses: 'http.request', with: { url: '${{ input.url }}/?v=${{ secrets.SHARED }}' } } },
    });
    [database, outside] = [await testDatabaseUrl(), await HttpSink.start()];
    const env = { COMMANDCENTER_ENCRYPTION_KEY: randomBytes(32).toString('hex') };
    here = await HubProcess.start(site.path, database.url, env);
    there = await HubProcess.start(site.path, database.url, env);
  }, patience);
  afterAll(async () => {
    await Promise.all([here?.end(), there?.end()]);
    outside.stop();
    await database.drop();
    site.remove();
  }, patience);

  const ask = async (hub: HubProcess, headers: Record<string, string>, path = '/api/v1/agents') =>
    (await fetch(hub.url + path, { headers })).status;
  const make = async (path: string, body: object) => {
    const answer = await here.call('POST', path, body);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const signIn = async (hub: HubProcess, token: string) => {
    const body = JSON.stringify({ token });
    const answer = await fetch(`${hub.url}/session`, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    return answer.headers.get('set-cookie')!.split(';')[0]!;
  }; // prettier-ignore
  /** How long the other replica goes on letting them in, ms. */
  const lasts = async (headers: Record<string, string>) => {
    const from = performance.now();
    while ((await ask(there, headers)) === 200 && performance.now() - from < 10 * within)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return performance.now() - from;
  };
  const measured: string[] = [];
  const note = (what: string, ms: number) => {
    measured.push(`${what}: ${ms.toFixed(0)} ms`);
    return ms;
  };

  it(
    'shut out who was disabled on the other, revoked, or deleted, within a second, browsers too',
    async () => {
      for (const [what, end] of [
        ['disabled', (name: string) => here.call('PATCH', `/users/${name}`, { disabled: true })],
        ['deleted', (name: string) => remove(`/users/${name}`)],
      ] as const) {
        await make('/users', { name: what });
        const { token } = await make('/tokens', { name: what, role: 'viewer', user: what });
        const headers = { authorization: `Bearer ${token}` };
        const browser = { cookie: await signIn(there, token as string) };
        expect([await ask(there, headers), await ask(there, browser)]).toEqual([200, 200]);
        await end(what);
        const [byToken, byCookie] = await Promise.all([lasts(headers), lasts(browser)]);
        expect(note(`${what}, token`, byToken)).toBeLessThan(within);
        expect(note(`${what}, browser`, byCookie)).toBeLessThan(within);
        expect(await ask(here, headers)).toBe(401);
      }
      const { id, token } = await make('/tokens', { name: 'plain', role: 'viewer' });
      const headers = { authorization: `Bearer ${token}` };
      expect(await ask(there, headers)).toBe(200);
      await remove(`/tokens/${id}`);
      expect(note('revoked', await lasts(headers))).toBeLessThan(within);
    },
    patience,
  );

  it('use a secret that was stored or replaced on the other within a second', async () => {
    for (const [method, path, value] of [['POST', '/secrets', 'first-value'], ['PATCH', '/secrets/SHARED', 'second-value']] as const) {
      const stored = await here.call(method, path, { ...(method === 'POST' && { name: 'SHARED' }), value });
      expect(stored.status).toBeLessThan(300);
      const from = performance.now();
      while (!outside.requests.some(({ url }) => url.endsWith(value)) && performance.now() - from < 10 * within) {
        await there.call('POST', '/workflows/asks/runs', { input: { url: outside.url } });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(note(`${method} secret`, performance.now() - from)).toBeLessThan(within);
    }
    process.stdout.write(`\non the other replica: ${measured.join(', ')}\n`);
  }, patience); // prettier-ignore

  async function remove(path: string): Promise<void> {
    const headers = { authorization: `Bearer ${adminToken}` };
    const { status } = await fetch(`${here.url}/api/v1${path}`, { method: 'DELETE', headers });
    expect(status).toBe(204);
  }
});
