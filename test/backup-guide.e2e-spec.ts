import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './crash/arena.js';
import { describeWithEngine } from './support/stack/engine.js';
import { Guide } from './support/stack/guide.js';

const patience = 700_000; // an image is built from nothing
const page = 'docs/deploy/backup-and-upgrade.md';
const call = (delay: string, attempts: number) => `
steps:
  first: { uses: transform.value, with: { value: 1 } }
  call:
    needs: [first]
    uses: http.request
    with: { url: "http://127.0.0.1:9" }
    retry: { attempts: ${attempts}, delay: ${delay}, factor: 1, maxDelay: 5m, jitter: false }
    continueOnError: true
  last: { needs: [call], if: "\${{ always() }}", uses: transform.value, with: { value: 2 } }
`;
const workflows = {
  /** Nobody's while it waits: a row with a time. */
  patient: `id: patient${call('90s', 2)}`,
  /** Its replica's from its first step to its last: under way whenever the dump is made. */
  busy: `id: busy${call('1s', 200)}`,
  hello: `id: hello\nsteps: { greet: { uses: transform.value, with: { value: hi } } }\n`,
};

describeWithEngine(page, () => {
  const [up, save, restore, upgrade, ...others] = Guide.blocks(page);
  let folder: string;
  let guide: Guide;
  const ids: Record<keyof typeof workflows, string[]> = { patient: [], busy: [], hello: [] };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cc-guide-workflows-'));
    chmodSync(folder, 0o755);
    for (const [name, text] of Object.entries(workflows)) writeFileSync(join(folder, `${name}.yaml`), text);
    guide = new Guide(folder);
  });
  afterAll(async () => {
    await guide.remove();
    rmSync(folder, { recursive: true });
  }, patience);

  const cli = async (args: string) =>
    JSON.parse(await guide.run([`docker compose exec -T hub commandcenter ${args} --json`])) as any;
  const sql = async (query: string) =>
    (await guide.run([`docker compose exec -T postgres psql -U commandcenter -Atc "${query}" commandcenter`])).trim();
  const steps = async (id: string): Promise<[string, string, number][]> => {
    const run = await cli(`runs show ${id}`);
    return run.steps.map((step: any) => [step.id, step.status, step.attempt]);
  };

  test('has no other blocks', () => expect([others, upgrade?.length]).toEqual([[], 4]));

  test(
    'saves a hub at work, while runs wait and run',
    async () => {
      await guide.run(up!);
      for (const [workflow, count] of [
        ['hello', 1],
        ['patient', 3],
        ['busy', 3],
      ] as const) {
        for (let n = 0; n < count; n++) ids[workflow].push((await cli(`run ${workflow}`)).id);
      }
      await until(
        async () => (await sql(`SELECT count(*) FROM run WHERE wake_at IS NOT NULL AND owner IS NULL`)) === '3',
        60_000,
      );
      expect(await sql('SELECT count(*) FROM run WHERE owner IS NOT NULL')).toBe('3');
      await guide.run(save!);
    },
    patience,
  );

  test(
    'restores it into a fresh server, where waiting runs go on and started ones are picked up',
    async () => {
      const before = await steps(ids.busy[0]!);
      expect(before[0]).toEqual(['first', 'succeeded', 1]);
      await guide.run(restore!);
      expect((await cli(`runs show ${ids.hello[0]}`)).status).toBe('succeeded');
      // All there, in their order, and nothing else.
      expect(await sql('SELECT count(*) FROM run')).toBe('7');
      const taken = `SELECT count(DISTINCT run_id) FROM run_event WHERE type = 'RunTakenOver'`;
      await until(async () => (await sql(taken)) === '3', 60_000);
      for (const id of ids.patient) {
        await until(async () => (await cli(`runs show ${id}`)).status === 'succeeded', 120_000);
        expect(await steps(id)).toEqual([
          ['first', 'succeeded', 1],
          ['call', 'failed', 2],
          ['last', 'succeeded', 1],
        ]);
      }
      // They count on where the dump had them, and what was done before it is not done again.
      const attempts = Number(
        await sql(
          `SELECT min(n) FROM (SELECT count(*) AS n FROM run_event WHERE type = 'StepRetryScheduled' AND run_id IN (SELECT run_id FROM run_event WHERE type = 'RunTakenOver') GROUP BY run_id) AS each`,
        ),
      );
      expect(attempts).toBeGreaterThan(20);
      const again = `SELECT count(*) FROM (SELECT 1 FROM run_event WHERE type = 'StepSucceeded' GROUP BY run_id, data::json ->> 'step' HAVING count(*) > 1) AS again`;
      expect(await sql(again)).toBe('0');
      expect((await cli('run hello --wait')).status).toBe('succeeded');
    },
    patience,
  );

  test(
    'builds, saves and starts the next version on the same data',
    async () => {
      await guide.run(upgrade!);
      expect((await cli(`runs show ${ids.hello[0]}`)).status).toBe('succeeded');
    },
    patience,
  );
});
