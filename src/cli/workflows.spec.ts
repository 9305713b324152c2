import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandLine, testNow, type Around } from '../../test/support/cli/command-line.js';
import { problem, TinyHub, type Answer } from '../../test/support/cli/tiny-hub.js';

let hub: TinyHub;
let folder: string;
beforeEach(async () => {
  hub = await TinyHub.start();
  folder = mkdtempSync(join(tmpdir(), 'cc-cli-'));
});
afterEach(async () => {
  await hub.stop();
  rmSync(folder, { recursive: true });
});

const cc = (argv: string, around: Around = {}) => commandLine(argv.split(' '), { url: hub.url, ...around });
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const valid = (id: string, version: string): Answer => ({
  json: { valid: true, problems: [], workflow: { id, version } },
});
const view = (id: string, version: string, more: object = {}) => ({
  id,
  name: id,
  version,
  enabled: true,
  gone: false,
  source: 'api',
  steps: 1,
  schedules: [],
  events: [],
  webhooks: [],
  updatedAt: new Date(testNow).toISOString(),
  definition: { id, steps: { s: { uses: 'a.b', with: { value: 1 } } } },
  ...more,
});
const unknown = problem(404, 'CC_WORKFLOW_NOT_FOUND', 'There is no such workflow');
const sent = () => hub.seen.filter(({ method }) => method === 'PUT');

describe('workflows apply', () => {
  it('sends new and changed ones, each for the version it saw', async () => {
    const [one, two] = [file('one.yaml', 'id: one'), file('two.json', '{}')];
    hub.on('POST /workflows/validate', [valid('one', 'v1'), valid('two', 'v2')]);
    hub.on('GET /workflows/one', unknown).on('GET /workflows/two', { json: view('two', 'v0') });
    hub.on('PUT /workflows/one', { status: 201, json: { outcome: 'created' } });
    hub.on('PUT /workflows/two', { json: { outcome: 'changed' } });
    const { code, stdout } = await cc(`workflows apply ${one} ${two} --json`);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        items: [
          { file: one, workflow: 'one', version: 'v1', from: null, outcome: 'created' },
          { file: two, workflow: 'two', version: 'v2', from: 'v0', outcome: 'changed' },
        ],
      },
    ]);
    expect(
      sent().map(({ headers, body }) => [headers['content-type'], headers['if-match'], headers['if-none-match'], body]),
    ).toEqual([
      ['application/yaml', undefined, '*', 'id: one'],
      ['application/json', '"v0"', undefined, '{}'],
    ]);
  });

  it('sends nothing when one file is wrong, belongs to a file of the hub, or is there twice', async () => {
    const files = ['a', 'b', 'c', 'd'].map((name) => file(`${name}.yaml`, name));
    const wrong = { valid: false, problems: [{ path: 'steps', message: 'is missing', line: 1, column: 1 }] };
    hub.on('POST /workflows/validate', [{ json: wrong }, valid('b', 'v1'), valid('c', 'v1'), valid('c', 'v2')]);
    hub.on('GET /workflows/b', { json: view('b', 'v0', { source: 'file', file: 'workflows/b.yaml' }) });
    hub.on('GET /workflows/c', unknown);
    const { code, stdout, stderr } = await cc(`workflows apply ${files.join(' ')}`);
    expect([code, sent()]).toEqual([1, []]);
    expect(stdout.split('\n')).toEqual([
      `${files[0]}:1:1  steps  is missing`,
      expect.stringContaining(`${files[1]}  id  "b" is that of the file workflows/b.yaml`) as string,
      expect.stringContaining(`${files[3]}  id  "c" is also the id in ${files[2]}`) as string,
      '',
    ]);
    expect(stderr).toBe('Nothing was sent: 3 of 4 files are refused.\n');
  });

  it('--dry-run says what would become of each and sends nothing', async () => {
    const files = ['a', 'b', 'c'].map((name) => file(`${name}.yaml`, name));
    hub.on('POST /workflows/validate', [valid('a', 'v1'), valid('b', 'v1'), valid('c', 'v1')]);
    hub.on('GET /workflows/a', unknown);
    hub.on('GET /workflows/b', { json: view('b', 'v0') }).on('GET /workflows/c', { json: view('c', 'v1') });
    const { stdout } = await cc(`workflows apply ${folder} --dry-run --json`);
    const { items } = JSON.parse(stdout) as { items: { file: string; outcome: string }[] };
    expect(items.map((item) => [item.file, item.outcome])).toEqual([
      [files[0], 'created'],
      [files[1], 'changed'],
      [files[2], 'unchanged'],
    ]);
    expect(sent()).toEqual([]);
  });

  it('ends at the first that fails, and says what was sent and what not', async () => {
    ['a', 'b', 'c'].forEach((name) => file(`${name}.yaml`, name));
    hub.on('POST /workflows/validate', [valid('a', 'v1'), valid('b', 'v1'), valid('c', 'v1')]);
    for (const id of ['a', 'c']) hub.on(`GET /workflows/${id}`, unknown);
    hub.on('GET /workflows/b', [{ json: view('b', 'v0') }, { json: view('b', 'v9') }]);
    hub.on('PUT /workflows/a', { status: 201, json: { outcome: 'created' } });
    hub.on('PUT /workflows/b', problem(412, 'CC_WORKFLOW_CHANGED', '"b" is at version v9, not at v0'));
    const { code, stdout, stderr } = await cc(`workflows apply ${folder}`);
    expect([code, sent().length]).toEqual([1, 2]);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/).slice(1, 3))).toEqual([
      ['WORKFLOW', 'OUTCOME'],
      ['a', 'created'],
      ['b', 'not sent'],
      ['c', 'not sent'],
      [],
    ]);
    expect(stderr).toContain('[CC_WORKFLOW_CHANGED]');
  });

  it('a first attempt whose answer was lost is no conflict', async () => {
    const one = file('a.yaml', 'a');
    hub.on('POST /workflows/validate', valid('a', 'v1'));
    hub.on('GET /workflows/a', [{ json: view('a', 'v0') }, { json: view('a', 'v1') }]);
    hub.on('PUT /workflows/a', [{ cut: true }, problem(412, 'CC_WORKFLOW_CHANGED', '"a" is at version v1')]);
    const { code, stdout } = await cc(`workflows apply ${one} --json`);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { items: [{ outcome: 'changed' }] }]);
  });
});

describe('workflows diff', () => {
  const text = 'steps:\n  s:\n    with: { value: 2 } # a comment\n    uses: a.b\nid: w\n';

  it('shows what a file would change, and nothing of layout and order', async () => {
    hub.on('GET /workflows/w', { json: view('w', 'v0') });
    const { code, stdout } = await cc(`workflows diff ${file('w.yaml', text)}`);
    expect([code, stdout.split('\n')]).toEqual([
      0,
      [
        '--- w@v0',
        `+++ ${join(folder, 'w.yaml')}`,
        '@@ -3,4 +3,4 @@',
        '   s:',
        '     uses: a.b',
        '     with:',
        '-      value: 1',
        '+      value: 2',
        '',
      ],
    ]);
    expect((await cc(`workflows diff ${join(folder, 'w.yaml')} --exit-code`)).code).toBe(1);
    const same = await cc(`workflows diff ${file('w.yaml', text.replace('2', '1'))} --exit-code`);
    expect([same.code, same.stdout]).toEqual([0, '']);
    expect(same.stderr).toMatch(/^No difference/);
  });

  it('of a workflow that is new it is all', async () => {
    hub.on('GET /workflows/w', unknown);
    const { stdout } = await cc(`workflows diff ${file('w.yaml', text)}`);
    expect(stdout).toMatch(/^--- w \(not on the hub\)\n/);
    expect(stdout.split('\n').filter((line) => line.startsWith('-'))).toHaveLength(1);
  });

  it('of an id it is between the version before and the current one, or those that are named', async () => {
    const versions = ['v3', 'v2', 'v1'].map((version) => ({
      version,
      current: version === 'v2',
      createdAt: '',
      createdBy: null,
    }));
    hub.on('GET /workflows/w/versions', { json: { items: versions, nextCursor: null } });
    hub.on('GET /workflows/w', ({ url }) => {
      const version = url.searchParams.get('version') ?? 'v2';
      return { json: view('w', version, { definition: { id: 'w', name: version, steps: {} } }) };
    });
    const sides = async (argv: string) => (await cc(argv)).stdout.split('\n').slice(0, 2);
    expect(await sides('workflows diff w')).toEqual(['--- w@v1', '+++ w@v2']);
    expect(await sides('workflows diff w --to v3')).toEqual(['--- w@v2', '+++ w@v3']);
    expect(await sides('workflows diff w --from v3 --to v1')).toEqual(['--- w@v3', '+++ w@v1']);
    expect((await cc('workflows diff w --to v1')).code).toBe(2);
  });
});

it('workflows enable, disable and versions', async () => {
  hub.on('POST /workflows/w/disable', { json: view('w', 'v1', { enabled: false }) });
  hub.on('POST /workflows/w/enable', problem(409, 'CC_WORKFLOW_GONE', 'the file of the workflow "w" is gone'));
  expect(await cc('workflows disable w')).toEqual({ code: 0, stdout: 'w is disabled.\n', stderr: '' });
  expect((await cc('workflows enable w')).code).toBe(1);
  const createdAt = new Date(testNow - 120_000).toISOString();
  hub.on('GET /workflows/w/versions', {
    json: { items: [{ version: 'v1', current: true, createdAt, createdBy: 'ci' }], nextCursor: null },
  });
  expect((await cc('workflows versions w')).stdout).toMatch(
    /^VERSION.*\nv1 +yes +2026-11-23 06:28:00 \(2 min ago\) +ci\n$/,
  );
});

it('workflows list says why an edit did not take', async () => {
  const problems = [{ path: 'steps.s.uses', message: 'no such agent', line: 2, column: 3, code: 'CC_AGENT_UNKNOWN' }];
  const item = view('w', 'v1', { source: 'file', file: 'workflows/w.yaml', problems });
  hub.on('GET /workflows', { json: { items: [item], nextCursor: null } });
  const { stdout, stderr } = await cc('workflows list');
  expect(stdout).toContain('workflows/w.yaml');
  expect(stderr).toContain('workflows/w.yaml:2:3  steps.s.uses  no such agent  [CC_AGENT_UNKNOWN]');
});

it('workflows list and show say what starts runs', async () => {
  const started = { schedules: ['0 7 * * 1-5'], events: ['order.paid'], webhooks: ['github'] };
  hub.on('GET /workflows', { json: { items: [view('w', 'v1', started), view('by-hand', 'v1')], nextCursor: null } });
  expect((await cc('workflows list')).stdout).toMatch(
    /^ID.*STARTED BY.*\nw .* {2}0 7 \* \* 1-5, order\.paid, \/hooks\/github {2}.*\nby-hand +by-hand +v1 +1 +yes/,
  );
  const verify = { scheme: 'github', secret: 'S' };
  const on = {
    schedule: [{ cron: '0 7 * * 1-5' }],
    event: [{ type: 'order.paid' }],
    // Twice while its secret is changed.
    webhook: [
      { path: 'github', verify },
      { path: 'github', verify: { ...verify, secret: 'S_NEXT' } },
    ],
  };
  const definition = { id: 'w', on, steps: { s: { uses: 'a.b' } } };
  hub.on('GET /workflows/w', { json: view('w', 'v1', { definition }) });
  expect((await cc('workflows show w')).stdout).toMatch(/^started by +0 7 \* \* 1-5, order\.paid, \/hooks\/github$/m);
  hub.on('GET /workflows/by-hand', { json: view('by-hand', 'v1') });
  expect((await cc('workflows show by-hand')).stdout).toMatch(/^started by +-$/m);
});
