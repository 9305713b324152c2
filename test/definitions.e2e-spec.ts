import { CheckedHub, pathsOf, refusal } from './support/api/checked-hub.js';
import { eventually } from './support/engine.js';

const patience = 60_000;
const text = (name: string, cron = '') =>
  `id: put\nname: ${name}\n${cron && `on: { schedule: [{ cron: "${cron}" }] }\n`}steps: { a: { uses: transform.value, with: { value: 1 } } }\n`;

describe('workflows over the API', () => {
  let checked: CheckedHub;
  beforeAll(async () => {
    checked = await CheckedHub.start();
  }, patience);
  afterAll(() => checked.close());

  const put = (body: string, headers: Record<string, string> = {}, id = 'put', token?: string) =>
    checked.call(`/api/v1/workflows/${id}`, {
      method: 'PUT',
      text: body,
      type: 'application/yaml',
      headers,
      ...(token !== undefined && { token }),
    });
  const post = (path: string) => checked.call(`/api/v1/workflows/${path}`, { method: 'POST' });
  const get = (path: string) => checked.call(`/api/v1/workflows/${path}`);

  it('201 when it is new, 200 when it changes or is what it was, as YAML or JSON; it runs at once', async () => {
    const made = await put(text('one'));
    expect([made.status, made.body.outcome, made.body.source]).toEqual([201, 'created', 'api']);
    expect(made.headers.get('etag')).toBe(`"${made.body.version}"`);
    expect((await checked.startRun('put')).status).toBe(202);
    const changed = await put(text('two'));
    expect([changed.status, changed.body.outcome]).toEqual([200, 'changed']);
    const { body } = await get('put');
    const again = await checked.call('/api/v1/workflows/put', { method: 'PUT', text: JSON.stringify(body.definition) });
    expect([again.status, again.body.outcome, again.body.version]).toEqual([200, 'unchanged', changed.body.version]);
  });

  it('keeps versions: the list, an older one, and runs on it', async () => {
    const { items } = (await get('put/versions')).body;
    expect(items).toMatchObject([{ current: true, createdBy: expect.any(String) as string }, { current: false }]);
    const older = await get(`put?version=${items[1].version}`);
    expect([older.body.name, older.body.definition.name]).toEqual(['one', 'one']);
    expect((await get('put/versions?limit=1')).body.nextCursor).toBe('1');
    const run = await checked.startRun('put', { version: items[1].version });
    expect(run.body.version).toBe(items[1].version);
    expect((await get('nobody/versions')).status).toBe(404);
  });

  it('409 for the id of a file, and nothing changes', async () => {
    const before = (await get('hello')).body;
    expect(refusal(await put(text('x').replace('id: put', 'id: hello'), {}, 'hello'))).toEqual([
      409,
      'CC_WORKFLOW_OWNED',
    ]);
    expect((await get('hello')).body).toEqual(before);
  });

  it('400 with every problem by path, line and column', async () => {
    const answer = await put(
      'id: other\nsteps:\n  a: { uses: transform.value, needs: [b], with: { value: "${{ x }}" } }\n',
    );
    expect(refusal(answer)).toEqual([400, 'CC_WORKFLOW_INVALID']);
    expect(pathsOf(answer)).toEqual(['id', 'steps.a.needs[0]', 'steps.a.with.value']);
    for (const { line, column } of answer.body.problems) expect([line > 0, column > 0]).toEqual([true, true]);
    expect(refusal(await checked.call('/api/v1/workflows/put', { method: 'PUT' }))).toEqual([
      400,
      'CC_REQUEST_INVALID',
    ]);
    expect(refusal(await put(text('x'), {}, 'Bad_Id'))).toEqual([400, 'CC_REQUEST_INVALID']);
  });

  it('412 when the caller saw another version', async () => {
    const { version } = (await get('put')).body;
    expect(refusal(await put(text('three'), { 'if-match': '"other"' }))).toEqual([412, 'CC_WORKFLOW_CHANGED']);
    expect(refusal(await put(text('three'), { 'if-none-match': '*' }))).toEqual([412, 'CC_WORKFLOW_CHANGED']);
    expect(refusal(await put(text('three'), { 'if-match': 'unquoted' }))).toEqual([400, 'CC_REQUEST_INVALID']);
    expect((await put(text('three'), { 'if-match': `"other", "${version}"` })).status).toBe(200);
  });

  it('a disabled workflow starts nothing, its schedule is gone, and it stays so when it changes', async () => {
    const schedules = async () =>
      (await checked.call('/api/v1/schedules')).body.items.filter(
        (one: { workflow: string }) => one.workflow === 'put',
      );
    await put(text('four', '0 4 * * *'));
    await eventually(async () => expect(await schedules()).toHaveLength(1));
    const off = await post('put/disable');
    expect([off.status, off.body.enabled, typeof off.body.disabledBy]).toEqual([200, false, 'string']);
    await eventually(async () => expect(await schedules()).toHaveLength(0));
    expect(refusal(await checked.startRun('put'))).toEqual([409, 'CC_WORKFLOW_DISABLED']);
    expect((await put(text('five', '0 5 * * *'))).body).toMatchObject({ enabled: false, outcome: 'changed' });
    expect(await schedules()).toHaveLength(0);
    expect((await post('put/enable')).body).toMatchObject({ enabled: true });
    await eventually(async () => expect(await schedules()).toMatchObject([{ cron: '0 5 * * *' }]));
    expect((await checked.startRun('put')).status).toBe(202);
    expect((await post('nobody/enable')).status).toBe(404);
  });

  it('lets an operator start the current version only, and do a run of an older one again as it was', async () => {
    const operator = { token: await checked.hub.token('operator') };
    const admin = { token: await checked.hub.token('admin') };
    const old = (await put(text('before'), {}, 'put')).body.version as string;
    const first = (await checked.startRun('put', { version: old, input: { n: 1 } }, operator)).body.id as string;
    await checked.hub.ended(first);
    const now = (await put(text('after'), {}, 'put')).body.version as string;

    const refused = await checked.startRun('put', { version: old }, operator);
    expect([refusal(refused), refused.body.detail]).toEqual([[403, 'CC_FORBIDDEN'], expect.stringContaining('admin')]);
    expect((await checked.startRun('put', { version: now }, operator)).status).toBe(202);
    expect((await checked.startRun('put', { version: old }, admin)).status).toBe(202);

    const rerun = (id: string, body: unknown, by = operator) => checked.post(`/api/v1/runs/${id}/rerun`, body, by);
    const newer = await rerun(first, { version: now });
    expect([newer.status, newer.body.version]).toEqual([202, now]);
    await checked.hub.ended(newer.body.id as string);
    for (const body of [{}, { version: old }, { input: { n: 1 } }, { from: 'a' }])
      expect((await rerun(first, body)).body).toMatchObject({ version: old });
    expect(refusal(await rerun(first, { input: { n: 2 } }))).toEqual([403, 'CC_FORBIDDEN']);
    expect(refusal(await rerun(newer.body.id as string, { version: old }))).toEqual([403, 'CC_FORBIDDEN']);
    expect((await rerun(first, { input: { n: 2 } }, admin)).body.version).toBe(old);
    expect(refusal(await rerun(first, { from: 'a', input: { n: 2 } }, admin))).toEqual([400, 'CC_RERUN_INPUT_DIFFERS']);
  });

  it('is for admins', async () => {
    const operator = await checked.hub.token('operator');
    expect(refusal(await put(text('six'), {}, 'put', operator))).toEqual([403, 'CC_FORBIDDEN']);
  });
});
