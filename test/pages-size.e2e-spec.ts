import { randomUUID } from 'node:crypto';
import { html, setCookieOf } from './support/api/browsing.js';
import { TestHub } from './support/api/hub.js';
import type { PluginFolder } from './support/plugin-folder.js';
import { stagePlugin, stageWorkflows } from './support/pages/stage.js';

describe('pages of large runs', () => {
  let hub: TestHub;
  let plugins: PluginFolder;
  let cookie: string;

  beforeAll(async () => {
    plugins = stagePlugin();
    const stage = { use: './stage.mjs', options: {}, secrets: [], onError: 'fail' } as const;
    hub = await TestHub.start(stageWorkflows, { graceMs: 100 }, { root: plugins.path, plugins: [stage] });
    const signedIn = await hub.post('/session', { token: await hub.token('viewer') }, { token: null });
    cookie = setCookieOf(signedIn).split(';')[0]!;
  });
  afterAll(async () => {
    await hub?.close();
    plugins.remove();
  });

  const visit = (path: string, headers: Record<string, string> = {}) =>
    fetch(hub.url + path, { headers: { ...html, cookie, ...headers } });
  const read = async (path: string) =>
    (await (await visit(path)).text()).replaceAll('&#61;', '=').replaceAll('&#38;', '&');
  const liveOf = (page: string) => Number(/data-live="(\d+)"/.exec(page)?.[1] ?? 0);
  const start = async (workflow: string, input: object = {}) =>
    (await hub.post(`/api/v1/workflows/${workflow}/runs`, { input })).body.id as string;
  const running = async (id: string, step: string) => {
    for (let n = 0; n < 200; n += 1) {
      const { steps } = (await hub.call(`/api/v1/runs/${id}`)).body as { steps: { id: string; status: string }[] };
      if (steps.find((one) => one.id === step)?.status === 'succeeded') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** As if its steps had logged so much. */
  const log = (id: string, lines: number, bytes = 10) =>
    hub.database.pool.query(
      `INSERT INTO run_log (run_id, at, level, step, attempt, message)
       SELECT $1, now(), 'info', 'wait', 1, 'line ' || n || repeat('.', $3) FROM generate_series(1, $2::int) AS n`,
      [id, lines, bytes],
    );

  it('have room for so much JSON, say where the rest is, and are read less often', async () => {
    const small = await start('hold');
    const id = await start('bulky', { text: 'x'.repeat(60_000) });
    await running(id, 's39');
    const page = await read(`/runs/${id}`);
    expect(page.length).toBeLessThan(450_000);
    expect(page).toContain('step-output-s0');
    expect(page.match(/Not shown, as this page is long enough/g)!.length).toBeGreaterThan(30);
    expect(page).toContain(`<a href="/api/v1/runs/${id}">All of it as JSON</a>`);
    expect(liveOf(page)).toBeGreaterThan(2500);
    expect(liveOf(await read(`/runs/${small}`))).toBeGreaterThanOrEqual(1500);
  });

  it('are not made again for who shows the tag of one that still says all there is', async () => {
    const id = await start('hold');
    await running(id, 'prepare');
    const tagOf = async () => /data-tag="([^"]+)"/.exec(await read(`/runs/${id}`))![1]!.replaceAll('&#34;', '"');
    const again = async (tag: string) => (await visit(`/runs/${id}`, { 'if-none-match': tag })).status;
    await log(id, 1);
    let [tag, status] = [await tagOf(), 0];
    // The step itself may log something meanwhile.
    for (let n = 0; n < 20 && status !== 304; n += 1) {
      tag = await tagOf();
      status = await again(tag);
    }
    expect(status).toBe(304);
    await log(id, 1);
    expect(await again(tag)).toBe(200);
    expect((await visit(`/runs/${randomUUID()}`, { 'if-none-match': tag })).status).toBe(404);
  });

  it('show the end of a log, more when asked, and lead to the API for what is beyond; each keeps the other choice', async () => {
    const id = await start('hold');
    await log(id, 300);
    const end = await read(`/runs/${id}?live=off`);
    expect(end.match(/<tr id="log-/g)).toHaveLength(200);
    expect(end).toContain('<a href="?logs=all&live=off">Show all</a>');
    expect(end).toContain('<a href="?">Follow live</a>');
    const all = await read(`/runs/${id}?logs=all`);
    expect(all.match(/<tr id="log-/g)!.length).toBeGreaterThanOrEqual(300);
    expect(all).not.toContain('Show all');
    expect(all).toContain('<a href="?logs=all&live=off">Pause</a>');
    expect(liveOf(all)).toBeGreaterThan(0);
    await log(id, 10_000);
    const cut = await read(`/runs/${id}?logs=all&live=off`);
    expect(cut.match(/<tr id="log-/g)).toHaveLength(10_000);
    expect(cut).toContain(`<a href="/api/v1/runs/${id}/logs">All of them as JSON</a>`);
    // So many lines are not read again and again; the way to follow the run is its last ones.
    const still = await read(`/runs/${id}?logs=all`);
    expect(liveOf(still)).toBe(0);
    expect(still).toContain('<a href="?">Follow live</a>');
  });

  it('stay small with a thousand items: those that failed come first, the rest is counted', async () => {
    const items = Array.from({ length: 1000 }, (_, n) => n);
    const id = await start('fan', { items, text: 'x'.repeat(40) });
    await hub.ended(id);
    const startedAt = performance.now();
    const page = await read(`/runs/${id}`);
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(page.length).toBeLessThan(250_000);
    expect(page).toContain('Items <span class="muted">999 of 1000 done, 1 failed</span>');
    const rows = [...page.matchAll(/<tr id="item-each\[(\d+)\]">/g)].map(([, n]) => Number(n));
    expect(rows).toEqual([7, ...Array.from({ length: 40 }, (_, n) => n).filter((n) => n !== 7)]);
    expect(page).toContain('item 7 is broken');
    expect(page).toContain('And 960 more: 960 succeeded.');
    expect(page.match(/<svg class="bars"/g)).toHaveLength(1);
    // The step that failed is where the run's error leads to.
    expect(page).toContain('<a href="#step-each">');
  });

  it('show of a log with long lines as much as there is room for', async () => {
    const id = await start('hold');
    await log(id, 100, 30_000);
    const page = await read(`/runs/${id}`);
    expect(page).toContain('The last 8 lines.');
    expect(page).toContain('more characters)');
    expect(page.length).toBeLessThan(150_000);
  });
});
