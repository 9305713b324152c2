import { CheckedHub, noRun, pathsOf, refusal } from './support/api/checked-hub.js';
import type { Call } from './support/api/hub.js';

describe('users, groups, tokens and the audit log over HTTP', () => {
  let checked: CheckedHub;
  beforeAll(async () => {
    checked = await CheckedHub.start();
    await make('users', { name: 'ada', displayName: 'Ada Lovelace', role: 'operator', approver: true });
    await make('users', { name: 'bob' });
    await make('groups', { name: 'sre', description: 'On call', members: ['ada'] });
  });
  afterAll(() => checked.close());

  const call = (method: string, path: string, body?: unknown, more: Call = {}) =>
    checked.call(`/api/v1/${path}`, { method, ...(body !== undefined && { body }), ...more });
  const make = async (what: string, body: object) => {
    const answer = await call('POST', what, body);
    expect(answer.status).toBe(201);
    return answer.body;
  };
  const tokenFor = async (more: object) => {
    const { id, token } = await make('tokens', { name: `t ${Math.random()}`, role: 'viewer', ...more });
    return { id: id as string, token: token as string };
  };
  const status = async (token: string, path = 'runs') => (await call('GET', path, undefined, { token })).status;
  const actions = async (query = '') => {
    const { body } = await call('GET', `audit?limit=200${query}`);
    return (body.items as { action: string; target: { name: string } }[]).map((e) => `${e.action} ${e.target.name}`);
  };

  it('list users and groups with who is where, and change what is named only', async () => {
    expect((await call('GET', 'users/ada')).body).toMatchObject({ role: 'operator', approver: true, groups: ['sre'], disabledAt: null });
    expect((await call('PATCH', 'users/ada', { displayName: null })).body).toMatchObject({ role: 'operator', displayName: null });
    expect((await call('PATCH', 'groups/sre', { add: ['bob'] })).body).toMatchObject({ members: ['ada', 'bob'], description: 'On call' });
    expect((await call('PATCH', 'groups/sre', { remove: ['bob'] })).body).toMatchObject({ members: ['ada'] });
    expect((await call('GET', 'users')).body.items).toMatchObject([{ name: 'ada' }, { name: 'bob', role: 'viewer' }]);
    expect((await call('GET', 'groups')).body.items).toMatchObject([{ name: 'sre' }]);
  }); // prettier-ignore

  it('refuse what is twice, what is nowhere, and names that would confuse', async () => {
    expect(refusal(await call('POST', 'users', { name: 'ada' }))).toEqual([409, 'CC_USER_EXISTS']);
    expect(refusal(await call('POST', 'groups', { name: 'sre' }))).toEqual([409, 'CC_GROUP_EXISTS']);
    expect(refusal(await call('PATCH', 'users/eve', {}))).toEqual([404, 'CC_USER_NOT_FOUND']);
    expect(refusal(await call('DELETE', 'groups/none'))).toEqual([404, 'CC_GROUP_NOT_FOUND']);
    const bad = await call('POST', 'users', { name: 'Ada Lovelace', role: 'owner', more: 1 });
    expect(pathsOf(bad)).toEqual(['body.more', 'body.name', 'body.role']);
    const nobody = await call('PATCH', 'groups/sre', { members: ['ada', 'eve', 'mallory'] });
    expect([refusal(nobody), pathsOf(nobody)]).toEqual([[400, 'CC_REQUEST_INVALID'], ['body.members.1', 'body.members.2']]); // prettier-ignore
    expect((await call('GET', 'groups/sre')).body.members).toEqual(['ada']);
  });

  it('a token acts as its user: under their name, with no more than both may', async () => {
    const { token } = await tokenFor({ user: 'ada', role: 'operator' });
    const started = await call('POST', 'workflows/hello/runs', {}, { token });
    expect((await call('GET', `runs/${started.body.id}`)).body.trigger).toEqual({ kind: 'manual', by: 'ada' });
    expect(pathsOf(await call('POST', 'tokens', { name: 'x', role: 'admin', user: 'ada' }))).toEqual(['body.role']);
    expect(pathsOf(await call('POST', 'tokens', { name: 'x', role: 'viewer', user: 'eve' }))).toEqual(['body.user']);
    await call('PATCH', 'users/ada', { role: 'viewer' });
    expect(refusal(await call('POST', 'workflows/hello/runs', {}, { token }))).toEqual([403, 'CC_FORBIDDEN']);
    await call('PATCH', 'users/ada', { role: 'operator' });
    expect((await call('POST', 'workflows/hello/runs', {}, { token })).status).toBe(202);
  });

  it('who is disabled is out at once, with their browser; enabled again their token works, the browser does not', async () => {
    const { token } = await tokenFor({ user: 'bob' });
    const signedIn = await checked.post('/session', { token }, { token: null });
    const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
    const browser = async () => (await call('GET', 'runs', undefined, { token: null, headers: { cookie } })).status;
    expect([await status(token), await browser()]).toEqual([200, 200]);
    expect((await call('PATCH', 'users/bob', { disabled: true })).body.disabledAt).not.toBeNull();
    expect([await status(token), await browser()]).toEqual([401, 401]);
    await call('PATCH', 'users/bob', { disabled: false });
    expect([await status(token), await browser()]).toEqual([200, 401]);
    expect((await call('DELETE', 'users/bob')).status).toBe(204);
    expect(await status(token)).toBe(401);
    expect((await call('GET', 'tokens')).body.items.filter(({ user }: { user: string }) => user === 'bob')).toEqual([]);
  });

  it('a token has a rate of its own, which can be changed, and an end that can be moved', async () => {
    const { id, token } = await tokenFor({ ratePerMinute: 3 });
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push(await status(token));
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429]);
    const refused = await call('GET', 'runs', undefined, { token });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.body.detail).toContain('more than 3 requests');
    await call('PATCH', `tokens/${id}`, { ratePerMinute: 100 });
    expect(await status(token)).toBe(200);
    await call('PATCH', `tokens/${id}`, { expiresAt: '2020-01-01T00:00:00Z' });
    expect(await status(token)).toBe(401);
    expect(refusal(await call('PATCH', `tokens/${noRun}`, {}))).toEqual([404, 'CC_TOKEN_NOT_FOUND']);
  });

  it('every change has a line: who, what, which, when, by which request; and no value', async () => {
    const { id, token } = await tokenFor({ user: 'ada' });
    const admin = await checked.hub.token('admin');
    const revoked = await call('DELETE', `tokens/${id}`, undefined, { token: admin });
    const { body } = await call('GET', `audit?target=${id}`);
    expect(body.items).toMatchObject([
      { action: 'token.revoke', actor: { kind: 'token' }, target: { kind: 'token', name: id }, requestId: revoked.headers.get('x-request-id') },
      { action: 'token.create', details: { role: 'viewer', user: 'ada' } },
    ]);
    await call('PUT', 'workflows/kept', undefined, { text: 'id: kept\nsteps: { a: { uses: transform.value, with: { value: 1 } } }\n', type: 'application/yaml' });
    await call('POST', 'workflows/kept/disable');
    await call('POST', 'workflows/kept/enable');
    const waiting = await checked.startRun('waits');
    await call('POST', `runs/${waiting.body.id}/cancel`, { reason: 'because' });
    expect(refusal(await call('POST', 'workflows/nobody/disable'))).toEqual([404, 'CC_WORKFLOW_NOT_FOUND']);
    expect((await actions()).slice(0, 4)).toEqual([`run.cancel ${waiting.body.id}`, 'workflow.enable kept', 'workflow.disable kept', 'workflow.put kept']);
    const all = JSON.stringify((await call('GET', 'audit?limit=200')).body);
    expect(all).not.toContain(token);
    expect(all).not.toContain('because');
    expect(await actions('&action=user.disable')).toEqual(['user.disable bob']);
    const pages = await call('GET', 'audit?limit=2');
    expect((await call('GET', `audit?limit=2&cursor=${pages.body.nextCursor}`)).body.items).toHaveLength(2);
    expect(refusal(await call('GET', 'audit?cursor=x'))).toEqual([400, 'CC_REQUEST_INVALID']);
  }); // prettier-ignore

  it('secrets that nothing could use are not stored, and no value is told', async () => {
    expect(refusal(await call('POST', 'secrets', { name: 'NOT_LISTED', value: 'value' }))).toEqual([400, 'CC_SECRET_UNKNOWN']);
    const made = await call('POST', 'secrets', { name: 'SLACK_WEBHOOK_URL', value: 'https://hooks.example/x1y2z3' });
    expect(made.body).toMatchObject({ name: 'SLACK_WEBHOOK_URL', source: 'store', stored: { version: 1, opens: true } });
    expect(refusal(await call('POST', 'secrets', { name: 'SLACK_WEBHOOK_URL', value: 'value' }))).toEqual([409, 'CC_SECRET_EXISTS']);
    const replaced = await call('PATCH', 'secrets/SLACK_WEBHOOK_URL', { value: 'https://hooks.example/second' });
    expect(replaced.body.stored.version).toBe(2);
    expect(refusal(await call('PATCH', 'secrets/SLACK_WEBHOOK_URL', { value: 'abc' }))).toEqual([400, 'CC_REQUEST_INVALID']);
    expect((await call('POST', 'secrets/rotate')).body).toMatchObject({ rotated: [], left: [] });
    const { body } = await call('GET', 'secrets');
    expect(body.items).toContainEqual(expect.objectContaining({ name: 'PROMETHEUS_URL', source: null, stored: null }));
    expect(JSON.stringify([made.body, replaced.body, body])).not.toContain('hooks.example');
    expect((await call('DELETE', 'secrets/SLACK_WEBHOOK_URL')).status).toBe(204);
    expect(refusal(await call('DELETE', 'secrets/SLACK_WEBHOOK_URL'))).toEqual([404, 'CC_SECRET_NOT_FOUND']);
  }); // prettier-ignore
});
