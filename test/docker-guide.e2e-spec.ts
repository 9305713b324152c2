import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { until } from './crash/arena.js';
import { describeWithEngine } from './support/stack/engine.js';
import { Guide } from './support/stack/guide.js';

const patience = 700_000; // an image is built from nothing
const page = 'docs/deploy/docker.md';
/** In memory, and so its replica's, for four seconds: its calls fail, half a second apart. */
const held = `
id: held
steps:
  first: { uses: transform.value, with: { value: 1 } }
  call:
    needs: [first]
    uses: http.request
    with: { url: "http://127.0.0.1:9" }
    retry: { attempts: 9, delay: 500ms, factor: 1, jitter: false }
    continueOnError: true
  last: { needs: [call], if: "\${{ always() }}", uses: transform.value, with: { value: 2 } }
`;
const hello = `id: hello\nsteps: { greet: { uses: transform.value, with: { value: hi } } }\noutput: "\${{ steps.greet.output }}"\n`;

/** In the order of the page: what each block has to leave behind stands in the test of its name. */
const titles = [
  'an image that runs, as somebody else than root and on a read-only file system',
  'a hub on a PostgreSQL, with a token',
  'a change of the workflows is read at a restart',
  'two hubs behind a proxy',
  'a killed replica loses nothing and is started again',
  'three hubs; hubs that answer and workers that work',
  'an update',
  'the end',
];

describeWithEngine(page, () => {
  const blocks = Guide.blocks(page);
  let workflows: string;
  let guide: Guide;
  let token: string;

  beforeAll(() => {
    workflows = mkdtempSync(join(tmpdir(), 'cc-guide-workflows-'));
    chmodSync(workflows, 0o755);
    for (const [name, text] of Object.entries({ hello, held })) writeFileSync(join(workflows, `${name}.yaml`), text);
    guide = new Guide(workflows);
  });
  afterAll(async () => {
    await guide.remove();
    rmSync(workflows, { recursive: true });
  }, patience);

  const step = (n: number, check: (said: string) => Promise<void>, run = (block: string[]) => guide.run(block)) =>
    test(titles[n]!, async () => check(await run(blocks[n]!)), patience);

  const sql = (query: string) =>
    guide.run([`docker compose exec -T postgres psql -U commandcenter -Atc "${query}" commandcenter`]);

  async function call(service: string, path: string, body?: unknown, key = randomUUID()): Promise<any> {
    const response = await fetch(`${await guide.address(service)}/api/v1${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  test('has as many blocks as this file has tests', () => expect(blocks).toHaveLength(titles.length));

  step(0, async (said) => {
    expect(said).toMatch(/^1\.0\.0$/m);
    const bare = `docker run --rm --read-only --tmpfs /tmp ${guide.image}`;
    expect(await guide.run([`${bare} sh -c 'id -u; touch .commandcenter/x; ! touch dist/x'`])).toBe('1000\n');
  });

  step(1, async (said) => {
    token = /"token": "(.+)"/.exec(said)![1]!;
    expect(await call('hub', '/runs')).toMatchObject({ items: [{ workflow: 'hello', status: 'succeeded' }] });
    // What a command of a step leaves behind ends as its parent's, the first process: it must not stay a zombie.
    const leave = `'(sleep 0.2 &); sleep 1; grep -l "^State:.Z" /proc/[0-9]*/status || echo none'`;
    expect(await guide.run([`docker compose exec -T hub sh -c ${leave}`])).toBe('none\n');
  });

  step(
    2,
    async (said) => expect(said).toMatch(/\badded\b/),
    async (block) => {
      writeFileSync(join(workflows, 'added.yaml'), hello.replace('hello', 'added'));
      return guide.run(block);
    },
  );

  step(3, async () => {
    const hubs = (await guide.run(['docker compose ps --quiet hub'])).trim().split('\n');
    expect(hubs).toHaveLength(2);
    expect(await sql('SELECT count(*) FROM replica')).toBe('2\n');
    expect(await call('proxy', '/workflows/held')).toMatchObject({ id: 'held' });
  });

  step(
    4,
    async () => {
      expect(await sql('SELECT count(*) FROM replica')).toBe('2\n');
    },
    async (block) => {
      await until(async () => (await sql('SELECT count(*) FROM replica')) === '2\n');
      await delay(4_500); // a replica younger than that judges nobody
      const started: { id: string }[] = await Promise.all(
        Array.from({ length: 20 }, () => call('proxy', '/workflows/held/runs', { input: {} })),
      );
      const [kill, ...after] = block;
      await guide.run([kill!]);
      const failures: unknown[] = [];
      const ended = async () => {
        const runs = await Promise.all(
          started.map(({ id }) => call('proxy', `/runs/${id}`).catch((e) => failures.push(e))),
        );
        return runs.every((run) => run.status === 'succeeded');
      };
      await until(ended, 60_000);
      const taken = Number(await sql(`SELECT count(*) FROM run_event WHERE type = 'RunTakenOver'`));
      expect(taken).toBeGreaterThan(0);
      const twice = `SELECT count(*) FROM (SELECT 1 FROM run_event WHERE type = 'StepSucceeded' GROUP BY run_id, data::json ->> 'step' HAVING count(*) > 1) AS again`;
      expect(await sql(twice)).toBe('0\n');
      // The proxy notices within two seconds; twenty were on their way at most.
      expect(failures.length).toBeLessThanOrEqual(40);
      return guide.run(after);
    },
  );

  step(5, async () => {
    const running = (await guide.run(['docker compose --profile workers ps --services'])).trim().split('\n').toSorted();
    expect([...new Set(running)]).toEqual(['hub', 'postgres', 'proxy', 'worker']);
    const { id } = await call('proxy', '/workflows/hello/runs', { input: {} });
    await until(async () => (await call('proxy', `/runs/${id}`)).status === 'succeeded');
  });

  step(6, async (said) => expect(said).toContain('CommandCenter is ready'));

  step(7, async () => expect(await guide.run(['docker compose ps --all --quiet hub postgres proxy'])).toBe(''));
});
