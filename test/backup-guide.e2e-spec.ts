import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './crash/arena.js';
import { describeWithEngine } from './support/stack/engine.js';
import { Guide } from './support/stack/guide.js';
import { waits } from './support/stack/waits.js';

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
  ...waits,
};

describeWithEngine(page, () => {
  const [up, save, restore, upgrade, ...others] = Guide.blocks(page);
  let folder: string;
  let guide: Guide;
  const ids: Record<keyof typeof workflows, string[]> = {
    patient: [],
    busy: [],
    hello: [],
    sleeper: [],
    listener: [],
    asker: [],
  };

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
  const open = (door: string, id: string) =>
    cli(`events send --type door.opened --source /doors --id ${id} --data '{"door":"${door}"}'`);
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
      const at = new Date(Date.now() + 90_000).toISOString();
      ids.sleeper.push((await cli(`run sleeper --input '{"at":"${at}"}'`)).id);
      ids.listener.push((await cli(`run listener --input '{"door":"front"}'`)).id);
      ids.asker.push((await cli('run asker')).id);
      await open('back', 'B1');
      const parked = `SELECT string_agg(workflow_id, ' ' ORDER BY workflow_id) FROM run WHERE owner IS NULL AND finished_at IS NULL`;
      await until(async () => (await sql(parked)) === 'asker listener patient patient patient sleeper', 60_000);
      expect(await sql(`SELECT count(*) FROM run WHERE workflow_id IN ('patient', 'sleeper', 'asker') AND wake_at IS NOT NULL`)).toBe('5'); // prettier-ignore
      // Each waits in its own way, in the dump too.
      expect(await sql('SELECT count(*) FROM event_wait')).toBe('1');
      expect(await sql(`SELECT count(*) FROM approval WHERE status = 'pending'`)).toBe('1');
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
      expect(await sql('SELECT count(*) FROM run')).toBe('10');
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

  /** The events of the run: one that is there twice was done twice. The start of a step is written only where its end takes a while. */
  const log = (id: string) =>
    sql(`SELECT string_agg(type, ' ' ORDER BY type) FROM run_event WHERE type <> 'StepStarted' AND run_id = '${id}'`).then((types) => types.split(' ')); // prettier-ignore
  const succeeded = (id: string) => until(async () => (await cli(`runs show ${id}`)).status === 'succeeded', 120_000);
  const around = (...own: string[]) =>
    ['RunCreated', 'RunStarted', 'RunSucceeded', 'StepSucceeded', 'StepSucceeded', ...own].sort(); // prettier-ignore

  test(
    'wakes who slept when its time comes, once',
    async () => {
      const [id] = ids.sleeper as [string];
      await succeeded(id);
      expect(await log(id)).toEqual(around('StepWaiting', 'StepWaiting', 'TimerFired', 'TimerFired'));
      const { input, finishedAt } = await cli(`runs show ${id}`);
      expect(Date.parse(finishedAt)).toBeGreaterThanOrEqual(Date.parse(input.at));
    },
    patience,
  );

  test(
    'tells who waits for an event of the one that comes now, once',
    async () => {
      const [id] = ids.listener as [string];
      expect((await steps(id)).map(([, status]) => status)).toEqual(['succeeded', 'waiting', 'pending']);
      // It came before the dump, and is the same one still.
      expect(await open('back', 'B1')).toEqual({ accepted: 0, duplicate: 1 });
      expect(await open('front', 'F1')).toEqual({ accepted: 1, duplicate: 0 });
      expect(await open('front', 'F1')).toEqual({ accepted: 0, duplicate: 1 });
      expect(await open('front', 'F2')).toEqual({ accepted: 1, duplicate: 0 });
      await succeeded(id);
      expect((await cli(`runs show ${id}`)).output).toBe('F1');
      expect(await log(id)).toEqual(around('EventReceived', 'StepWaiting'));
      expect(await sql('SELECT count(*) FROM event_wait')).toBe('0');
    },
    patience,
  );

  test(
    'lets go on whom somebody approves through the API, once',
    async () => {
      const [id] = ids.asker as [string];
      expect((await steps(id)).map(([, status]) => status)).toEqual(['succeeded', 'waiting', 'pending']);
      const url = `${await guide.address('hub')}/api/v1/approvals`;
      const token = JSON.parse(await guide.run(['docker compose exec -T hub cat .commandcenter/cli.json'])).token;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const pending = await fetch(`${url}?status=pending`, { headers });
      const { items } = (await pending.json()) as { items: readonly { id: string }[] };
      expect(items).toMatchObject([{ run: id, step: 'ok', message: 'Go on?' }]);
      const decide = async (decision: string) => {
        const body = JSON.stringify({ decision, comment: 'after the restore' });
        return (await fetch(`${url}/${items[0]!.id}/decision`, { method: 'POST', headers, body })).status;
      };
      expect([await decide('approve'), await decide('reject')]).toEqual([200, 409]);
      await succeeded(id);
      expect((await cli(`runs show ${id}`)).output).toBe('after the restore');
      expect(await log(id)).toEqual(around('ApprovalDecided', 'ApprovalRequested'));
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
