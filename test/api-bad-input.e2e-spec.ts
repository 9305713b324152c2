import { CheckedHub, noRun, pathsOf, refusal } from './support/api/checked-hub.js';
import { workflows } from './support/api/workflows.js';

describe('the HTTP API and bad input', () => {
  let checked: CheckedHub;
  beforeAll(async () => {
    checked = await CheckedHub.start();
  });
  afterAll(() => checked.close());

  const step = (expression: string) =>
    `id: a\nsteps:\n  one: { uses: transform.value, with: { value: "\${{ ${expression} }}" } }\n`;
  const validate = (text: string) =>
    checked.call('/api/v1/workflows/validate', { method: 'POST', text, type: 'application/yaml' });

  it.each([
    ['malformed YAML', 'id: hello\nsteps: [\n', 'CC_WORKFLOW_INVALID', ''],
    [
      'cyclic needs',
      'id: a\nsteps:\n  one: { uses: transform.value, needs: [two], with: { value: 1 } }\n  two: { uses: transform.value, needs: [one], with: { value: 1 } }\n',
      'CC_WORKFLOW_INVALID',
      'steps.one.needs',
    ],
    ['an unknown agent', 'id: a\nsteps:\n  one: { uses: htp.request }\n', 'CC_AGENT_UNKNOWN', 'steps.one.uses'],
    ['an unknown name in an expression', step('inptu.name'), 'CC_EXPRESSION_INVALID', 'steps.one.with.value'],
    [
      'grammar of a later issue',
      'id: a\ncost: { budget: { perRun: 1 } }\nsteps:\n  one: { sleep: 10m }\n',
      'CC_GRAMMAR_NOT_BUILT',
      'cost.budget',
    ],
    [
      'an exponential regular expression',
      step("'aaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')"),
      'CC_EXPRESSION_INVALID',
      'steps.one.with.value',
    ],
    [
      'a nested comprehension',
      step('[1].map(a, [1].map(b, [1].map(c, c)))'),
      'CC_EXPRESSION_INVALID',
      'steps.one.with.value',
    ],
  ])('%s: the answer says where and with which code', async (_name, text, code, path) => {
    const { status, body } = await validate(text);
    expect([status, body.valid]).toEqual([200, false]);
    expect(body.problems).toContainEqual(
      expect.objectContaining({
        code,
        path,
        line: expect.any(Number) as number,
        column: expect.any(Number) as number,
      }),
    );
  });

  it('a workflow without problems is valid, as YAML and as JSON', async () => {
    const expected = { valid: true, problems: [], workflow: { id: 'hello', version: expect.any(String) as string } };
    expect((await validate(workflows['hello.yaml'])).body).toEqual(expected);
    const text = JSON.stringify({ id: 'hello', steps: { greet: { uses: 'transform.value', with: { value: 1 } } } });
    expect((await checked.call('/api/v1/workflows/validate', { method: 'POST', text })).body).toEqual(expected);
    expect(refusal(await checked.call('/api/v1/workflows/validate', { method: 'POST' }))).toEqual([
      400,
      'CC_REQUEST_INVALID',
    ]);
  });

  it('wrong input: every problem by path, and no run', async () => {
    const answer = await checked.startRun('order', { input: { count: 0, colour: 'red' } });
    expect(refusal(answer)).toEqual([400, 'CC_INPUT_INVALID']);
    expect(pathsOf(answer)).toEqual(['input', 'input', 'input.count']);
    expect((await checked.call('/api/v1/runs?workflow=order')).body.items).toEqual([]);
  });

  it('a pattern that would hang other engines is answered at once', async () => {
    const began = Date.now();
    expect(refusal(await checked.startRun('order', { input: { item: `${'a'.repeat(5000)}!` } }))).toEqual([
      400,
      'CC_INPUT_INVALID',
    ]);
    expect(Date.now() - began).toBeLessThan(2000);
  });

  it('a body of 2 MB', async () => {
    expect(refusal(await checked.startRun('order', { input: { item: 'a'.repeat(2_000_000) } }))).toEqual([
      413,
      'CC_REQUEST_TOO_LARGE',
    ]);
  });

  it('no token, and a wrong one', async () => {
    expect(refusal(await checked.startRun('hello', {}, { token: null }))).toEqual([401, 'CC_UNAUTHENTICATED']);
    expect(refusal(await checked.startRun('hello', {}, { token: 'cc_wrong' }))).toEqual([401, 'CC_UNAUTHENTICATED']);
  });

  it.each([
    ['POST', '/api/v1/workflows/hello/runs', { inputs: {} }, ['body.inputs']],
    ['POST', '/api/v1/workflows/Hello!/runs', { version: 3 }, ['params.id', 'body.version']],
    [
      'GET',
      '/api/v1/runs?status=done,running&limit=0&page=2&since=yesterday',
      undefined,
      ['query.status.0', 'query.since', 'query.limit', 'query.page'],
    ],
    ['GET', '/api/v1/runs?limit=201', undefined, ['query.limit']],
    ['GET', '/api/v1/runs?limit=1&limit=2', undefined, ['query.limit']],
    ['GET', '/api/v1/runs?cursor=abc', undefined, ['cursor']],
    ['GET', '/api/v1/runs/42', undefined, ['params.id']],
    ['GET', `/api/v1/runs/${noRun}?steps=false`, undefined, ['query.steps']],
    ['GET', `/api/v1/runs/${noRun}/events?cursor=-1`, undefined, ['cursor']],
    ['GET', `/api/v1/runs/${noRun}/events?cursor=2147483648`, undefined, ['cursor']],
    ['GET', '/api/v1/workflows?cursor=x', undefined, ['query.cursor']],
    ['POST', `/api/v1/runs/${noRun}/cancel`, { reason: '' }, ['body.reason']],
  ])('%s %s %j: every problem by path', async (method, path, body, paths) => {
    const answer = await checked.call(path, { method, body });
    expect(refusal(answer)).toEqual([400, 'CC_REQUEST_INVALID']);
    expect(pathsOf(answer)).toEqual([...paths].sort());
  });

  it.each([
    ['GET', `/api/v1/runs/${noRun}`, 404, 'CC_RUN_NOT_FOUND'],
    ['GET', `/api/v1/runs/${noRun}/events`, 404, 'CC_RUN_NOT_FOUND'],
    ['GET', `/api/v1/runs/${noRun}/logs`, 404, 'CC_RUN_NOT_FOUND'],
    ['POST', `/api/v1/runs/${noRun}/cancel`, 404, 'CC_RUN_NOT_FOUND'],
    ['GET', '/api/v1/workflows/helo', 404, 'CC_WORKFLOW_NOT_FOUND'],
    ['GET', '/api/v1/workflows/hello?version=0123', 404, 'CC_WORKFLOW_NOT_FOUND'],
    ['POST', '/api/v1/workflows/helo/runs', 404, 'CC_WORKFLOW_NOT_FOUND'],
  ])('%s %s: %d %s', async (method, path, status, code) => {
    expect(refusal(await checked.call(path, { method }))).toEqual([status, code]);
  });
});
