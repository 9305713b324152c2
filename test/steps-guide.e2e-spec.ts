import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Reader } from './support/reader.js';

const docs = resolve(import.meta.dirname, '../docs/guides');
const page = (name: string) => readFileSync(join(docs, name), 'utf8');
const workflowsOf = (text: string) =>
  [...text.matchAll(/^```yaml (workflows\/\S+)\n(.*?)^```$/gms)].map(([, path = '', yaml = '']) => ({ path, yaml }));
const [steps, approvals] = [page('steps.md'), page('approvals.md')];

describe('the guides of steps and of approvals', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.come();
    for (const { path, yaml } of [...workflowsOf(steps), ...workflowsOf(approvals)]) reader.write(path, yaml);
    await reader.startHub();
  }, 120_000);
  afterAll(() => reader?.leave(), 60_000);

  it('show workflows that the hub takes', async () => {
    const all = [...workflowsOf(steps), ...workflowsOf(approvals)];
    expect(all.length).toBeGreaterThanOrEqual(8);
    for (const { path } of all) {
      const id = path.slice('workflows/'.length, -'.yaml'.length);
      expect((await reader.hub.call('GET', `/workflows/${id}`)).body).toMatchObject({ id, enabled: true });
    }
    expect((await reader.hub.call('GET', '/system')).body.loadProblems).toEqual([]);
  });

  it.each([
    ['charge', { total: 90 }, { status: 'succeeded', output: 'Receipt: charged 90' }],
    ['price-list', { prices: [] }, { status: 'succeeded', output: { list: [], done: '0 of 0' } }],
    ['remind', {}, { status: 'succeeded', output: 'Good morning' }],
    ['checkout', {}, { status: 'succeeded', output: { pay: 'Receipt: charged 90', tell: expect.any(String) } }],
    ['borrow', { broken: true }, { status: 'failed', error: { step: 'work' } }],
  ])('%s with %j ends as it says', async (workflow, input, end) => {
    const { status, body } = await reader.hub.call('POST', `/workflows/${workflow}/runs`, { input });
    expect([status, body]).toEqual([202, expect.anything()]);
    const run = await reader.ended(body.id);
    expect(run).toMatchObject(end);
    if (workflow === 'borrow')
      expect(run.steps.slice(-2)).toMatchObject([{ output: 'a lock returned, run failed' }, { status: 'succeeded' }]);
  });

  it.each([
    ['steps.md', steps],
    ['approvals.md', approvals],
  ])(
    '%s has commands that do what it shows',
    async (_, text) => {
      expect(await reader.types(text)).toEqual([]);
    },
    300_000,
  );

  it.each<[string, RegExp[]]>([
    ['ship-when-paid', [/succeeded: "shipped for 90"/]],
    ['ask-first', [/succeeded: "restarted, .+ agreed"/]],
    ['price-list', [/"3 of 3"/, /"3 of 3"/, /"2 of 2"/, /"0 of 0"/]],
    ['restart-shop', [/failed: CC_APPROVAL_REJECTED/, /succeeded: "restarted; .+ said: go ahead"/]],
  ])('and their runs of %s end', async (workflow, ends) => {
    const { body } = await reader.hub.call('GET', `/runs?workflow=${workflow}`);
    const runs = await Promise.all(body.items.map(({ id }: { id: string }) => reader.ended(id)));
    expect(runs.map(({ status, output, error }) => `${status}: ${error?.code ?? JSON.stringify(output)}`)).toEqual(
      ends.map((end) => expect.stringMatching(end)),
    );
  });
});
