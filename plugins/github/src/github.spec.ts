import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failureKind } from '@commandcenter/sdk';
import { agentContract, fakeContext, startPlugin, type StartedPlugin } from '@commandcenter/sdk/testing';
import { DispatchInput } from './dispatch-schema.js';
import { GithubAgent } from './github-agent.js';
import plugin from './index.js';
import { CloseIssueInput, CommentInput, CreateIssueInput, UpdateIssueInput } from './issue-schema.js';
import { GithubOptions } from './options.js';

interface Row {
  readonly id: number;
  readonly number: number;
  readonly html_url: string;
  readonly created_at: string;
  updated_at: string;
  body: string | null;
  state: string;
  [field: string]: unknown;
}
interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}
type Fault = (response: ServerResponse) => void;

/** Answers as docs.github.com/rest says, from memory. */
class FakeGithub {
  readonly asked: Asked[] = [];
  issues: Row[] = [];
  comments: Row[] = [];
  /** Of the next requests that match, instead of the answer. `after`: once it was done. */
  faults: { readonly method: string; readonly after?: boolean; readonly fault: Fault }[] = [];
  /** As on GitHub Enterprise Server: dispatches answer nothing. */
  old = false;
  #server!: Server;

  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => this.#take(request, response, Buffer.concat(chunks).toString()));
    });
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/v3`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  row(body: string, at = new Date(), fields: object = {}): Row {
    const number = this.issues.length + this.comments.length + 1;
    const time = at.toISOString();
    return { id: 1_000 + number, number, html_url: `https://github.example/acme/shop/${number}`, created_at: time, updated_at: time, body, state: 'open', ...fields }; // prettier-ignore
  }

  #take({ method = '', url = '', headers }: IncomingMessage, response: ServerResponse, text: string): void {
    const body = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    this.asked.push({ method, url, headers, body });
    const fault = this.faults.find((each) => each.method === method);
    if (fault !== undefined) this.faults.splice(this.faults.indexOf(fault), 1);
    if (fault !== undefined && fault.after !== true) return fault.fault(response);
    const { status, data } = this.#answer(method, new URL(url, 'http://x'), headers, body);
    if (fault !== undefined) return fault.fault(response);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(data === undefined ? '' : JSON.stringify(data));
  }

  #answer(
    method: string,
    url: URL,
    headers: IncomingMessage['headers'],
    body: Record<string, unknown>,
  ): { status: number; data?: unknown } {
    if (headers.authorization !== 'token gh-t0ken') return { status: 401, data: { message: 'Bad credentials' } };
    const path = /^\/api\/v3\/repos\/acme\/shop(\/.*)$/.exec(url.pathname)?.[1];
    if (path === undefined) return { status: 404, data: { message: 'Not Found' } };
    if (path === '/issues' && method === 'GET') return { status: 200, data: page(this.issues.toReversed(), url) };
    if (path === '/issues' && method === 'POST')
      return { status: 201, data: add(this.issues, this.row(String(body['body']), new Date(), body)) };
    const [, number, comments] = /^\/issues\/(\d+)(\/comments)?$/.exec(path) ?? [];
    const issue = this.issues.find((each) => each.number === Number(number));
    if (number !== undefined && issue === undefined) return { status: 404, data: { message: 'Not Found' } };
    if (comments !== undefined && method === 'GET') return { status: 200, data: page(this.comments, url) };
    if (comments !== undefined && method === 'POST')
      return { status: 201, data: add(this.comments, this.row(String(body['body']))) };
    if (issue !== undefined && method === 'PATCH') return { status: 200, data: Object.assign(issue, body) };
    if (path === '/dispatches') return { status: 204 };
    if (path !== '/actions/workflows/deploy.yml/dispatches') return { status: 404, data: { message: 'Not Found' } };
    if (body['ref'] !== 'main') return { status: 422, data: { message: `No ref found for: ${String(body['ref'])}` } };
    return this.old
      ? { status: 204 }
      : { status: 200, data: { workflow_run_id: 77, run_url: 'x', html_url: 'https://github.example/runs/77' } };
  }
}

function add(rows: Row[], row: Row): Row {
  rows.push(row);
  return row;
}

function page(rows: readonly Row[], { searchParams }: URL): Row[] {
  const since = searchParams.get('since') ?? '';
  const size = Number(searchParams.get('per_page') ?? 30);
  const first = (Number(searchParams.get('page') ?? 1) - 1) * size;
  return rows.filter(({ updated_at: at }) => at >= since).slice(first, first + size);
}

const status =
  (
    code: number,
    headers: Record<string, string> = {},
    message = 'no',
    contentType = 'application/json; charset=utf-8',
  ): Fault =>
  (response) =>
    response.writeHead(code, { 'content-type': contentType, ...headers }).end(JSON.stringify({ message }));
const hangUp: Fault = (response) => response.destroy();

const github = new FakeGithub();
let baseUrl: string;
let started: StartedPlugin;
const secrets = { GITHUB_TOKEN: 'gh-t0ken' };
/** The id of a run that began now. */
const runId = `${Date.now().toString(16).padStart(12, '0')}`.replace(/^(.{8})/, '$1-') + '-7000-8000-000000000000';
const context = (step = 'tell', over: object = {}) =>
  fakeContext({ run: { id: runId, workflow: 'w', version: '1' }, step, idempotencyKey: `${runId}/${step}`, ...over });

beforeAll(async () => {
  baseUrl = await github.start();
  started = await startPlugin(plugin, GithubOptions.parse({ baseUrl }), secrets);
});
afterAll(async () => {
  await started.stop();
  await github.stop();
});
beforeEach(() => {
  Object.assign(github, { issues: [], comments: [], faults: [], old: false });
  github.asked.length = 0;
});

const agentOf = (plugged: StartedPlugin) => plugged.get(GithubAgent) as GithubAgent;
const repository = 'acme/shop';
const create = (input: object = {}, ctx = context(), plugged = started) =>
  agentOf(plugged).createIssue(CreateIssueInput.parse({ repository, title: 'Disk full', ...input }), ctx);
const comment = (input: object = {}, ctx = context()) =>
  agentOf(started).comment(CommentInput.parse({ repository, issue: 1, body: 'Looking', ...input }), ctx);
const close = (input: object = {}) => agentOf(started).closeIssue(CloseIssueInput.parse({ repository, issue: 1, ...input }), context()); // prettier-ignore
const update = (input: object) => agentOf(started).updateIssue(UpdateIssueInput.parse({ repository, issue: 1, ...input }), context()); // prettier-ignore
const dispatch = (input: object, ctx = context()) => agentOf(started).dispatch(DispatchInput.parse({ repository, ...input }), ctx); // prettier-ignore
async function failure(
  work: Promise<unknown>,
): Promise<{ kind: string | undefined; message: string; retryAfter?: number | undefined }> {
  const thrown = await work.then((output) => new Error(`no failure: ${JSON.stringify(output)}`), (e: Error & { retryAfter?: number }) => e); // prettier-ignore
  expect(`${String(thrown.cause)} ${JSON.stringify(thrown)}`).not.toContain('gh-t0ken');
  return {
    kind: failureKind(thrown),
    message: thrown.message,
    retryAfter: (thrown as { retryAfter?: number }).retryAfter,
  };
}
const posted = () => github.asked.filter(({ method }) => method === 'POST');

describe('github.createIssue', () => {
  it('creates one', async () => {
    const input = { body: 'On db-1', labels: ['ops'], assignees: ['ada'], milestone: 3 };
    expect(await create(input)).toEqual({ number: 1, url: 'https://github.example/acme/shop/1', created: true });
    const [{ body, headers }] = posted() as [Asked];
    expect(body).toEqual({ title: 'Disk full', labels: ['ops'], assignees: ['ada'], milestone: 3, body: expect.stringMatching(/^On db-1\n\n<!-- commandcenter:[0-9a-f]{32} -->$/) }); // prettier-ignore
    expect(headers).toMatchObject({ authorization: 'token gh-t0ken', 'user-agent': expect.stringContaining('commandcenter-github') }); // prettier-ignore
    expect(String(body['body'])).not.toContain(runId);
  });

  it('is done once when the answer of the first attempt was lost', async () => {
    github.faults.push({ method: 'POST', after: true, fault: hangUp });
    expect(await failure(create())).toMatchObject({ kind: 'retryable', message: 'Creating an issue in acme/shop failed: GitHub does not answer' }); // prettier-ignore
    expect(await create()).toEqual({ number: 1, url: 'https://github.example/acme/shop/1', created: false });
    expect(await create({ title: 'Changed meanwhile' })).toMatchObject({ number: 1, created: false });
    expect(github.issues).toHaveLength(1);
  });

  it('finds it also when it was closed, and behind many newer ones', async () => {
    await create();
    github.issues[0]!.state = 'closed';
    for (let n = 0; n < 250; n += 1) github.issues.push(github.row('other'));
    expect(await create()).toMatchObject({ number: 1, created: false });
    expect(github.asked.filter(({ method }) => method === 'GET')).toHaveLength(4);
  });

  it('is another issue for another step, and for another run', async () => {
    await create();
    expect(await create({}, context('other'))).toMatchObject({ number: 2, created: true });
    const later = { run: { id: `${runId.slice(0, 35)}1`, workflow: 'w', version: '1' }, idempotencyKey: `${runId.slice(0, 35)}1/tell` }; // prettier-ignore
    expect(await create({}, context('tell', later))).toMatchObject({ number: 3, created: true });
  });

  it('looks only at what is not older than the run, and no further than it says', async () => {
    github.issues = Array.from({ length: 300 }, () => github.row('old', new Date(Date.now() - 3_600_000)));
    await create();
    expect(github.asked).toHaveLength(2);
    github.issues = Array.from({ length: 1_200 }, () => github.row('new'));
    const ctx = context('much');
    expect(await create({}, ctx)).toMatchObject({ created: true });
    expect(ctx.recorded.logs).toMatchObject([{ level: 'warn', message: expect.stringContaining('only the last 1000') }]); // prettier-ignore
  });
});

describe('github.comment', () => {
  beforeEach(() => void github.issues.push(github.row('an issue')));

  it('comments once', async () => {
    github.faults.push({ method: 'POST', after: true, fault: hangUp });
    expect((await failure(comment())).kind).toBe('retryable');
    expect(await comment()).toEqual({ id: 1_002, url: 'https://github.example/acme/shop/2', created: false });
    expect(github.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/^Looking\n\n<!-- commandcenter:/)]);
    expect(await comment({}, context('again'))).toMatchObject({ created: true });
  });

  it('needs an issue', async () => {
    expect(await failure(comment({ issue: 99 }))).toMatchObject({
      kind: 'terminal',
      message: 'Commenting on acme/shop#99 failed: GitHub answered 404: Not Found: there is no such thing, or the token may not see it', // prettier-ignore
    });
  });
});

describe('github.closeIssue and github.updateIssue', () => {
  beforeEach(() => void github.issues.push(github.row('an issue')));

  it('close, and change only what is given', async () => {
    expect(await close({ reason: 'not_planned' })).toEqual({ number: 1, url: 'https://github.example/acme/shop/1', state: 'closed' }); // prettier-ignore
    await update({ state: 'open', stateReason: 'reopened', labels: [], milestone: null });
    expect(github.asked.map(({ method, body }) => [method, body])).toEqual([
      ['PATCH', { state: 'closed', state_reason: 'not_planned' }],
      ['PATCH', { state: 'open', state_reason: 'reopened', labels: [], milestone: null }],
    ]);
  });
});

describe('github.dispatch', () => {
  it('starts a workflow, and says which run it is where GitHub does', async () => {
    const input = { workflow: 'deploy.yml', ref: 'main', inputs: { version: '1.2', dry: true, n: 3 } };
    expect(await dispatch(input)).toEqual({ run: { id: 77, url: 'https://github.example/runs/77' } });
    expect(posted()[0]!.body).toEqual({ ref: 'main', inputs: { version: '1.2', dry: 'true', n: '3' }, return_run_details: true }); // prettier-ignore
    github.old = true;
    expect(await dispatch(input)).toEqual({ run: null });
    expect(await failure(dispatch({ ...input, ref: 'no' }))).toMatchObject({ kind: 'terminal', message: 'Starting deploy.yml in acme/shop failed: GitHub answered 422: No ref found for: no' }); // prettier-ignore
  });

  it('sends an event that says which step it comes from', async () => {
    expect(await dispatch({ event: 'deploy', payload: { version: '1.2' } })).toEqual({ run: null });
    expect(posted()[0]!.body).toEqual({
      event_type: 'deploy',
      client_payload: { version: '1.2', commandcenter: { idempotencyKey: `${runId}/tell` } },
    });
  });
});

describe('a failure', () => {
  const inSeconds = (seconds: number) => String(Math.ceil(Date.now() / 1_000) + seconds);
  it.each([
    ['secondary rate limit', status(403, { 'retry-after': '7' }, 'You have exceeded a secondary rate limit'), 7, 7],
    ['secondary rate limit, no header', status(403, {}, 'You have exceeded a secondary rate limit'), 60, 60],
    ['429 with a header', status(429, { 'retry-after': '120' }), 120, 120],
    ['429 without', status(429), 60, 60],
    ['primary rate limit', status(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(90) }), 60, 95],
    ['reset that has passed', status(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }), 1, 1],
    ['maintenance', status(503, { 'retry-after': '30' }), 30, 30],
  ])('by a limit asks to wait: %s', async (_, fault, least, most) => {
    github.faults.push({ method: 'GET', fault });
    const { kind, retryAfter } = await failure(create());
    expect(kind).toBe('retryable');
    expect(retryAfter).toBeGreaterThanOrEqual(least);
    expect(retryAfter).toBeLessThanOrEqual(most);
  });

  it.each([
    ['502 of a proxy', status(502, {}, '<html>', 'text/html'), 'retryable'],
    ['500', status(500), 'retryable'],
    ['hung up', hangUp, 'retryable'],
    ['403 of no limit', status(403, {}, 'Resource not accessible by integration'), 'terminal'],
    ['410', status(410, {}, 'Issues are disabled for this repo'), 'terminal'],
    ['301', status(301, { location: 'https://evil.example/repositories/1/issues' }), 'terminal'],
    ['not GitHub', status(200, {}, 'welcome', 'text/html'), 'terminal'],
    ['garbage', ((r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{')) as Fault, 'terminal'],
  ])('%s', async (_, fault, kind) => {
    github.faults.push({ method: 'GET', fault });
    expect((await failure(create())).kind).toBe(kind);
  });

  it('tells what GitHub found wrong', async () => {
    const wrong = { message: 'Validation Failed', errors: [{ resource: 'Issue', field: 'assignees', code: 'invalid', value: 'x' }] }; // prettier-ignore
    github.faults.push({ method: 'POST', fault: (r) => r.writeHead(422, { 'content-type': 'application/json' }).end(JSON.stringify(wrong)) }); // prettier-ignore
    expect((await failure(create())).message).toBe('Creating an issue in acme/shop failed: GitHub answered 422: Validation Failed; assignees invalid'); // prettier-ignore
  });

  it('holds no part of a secret, wherever what GitHub said is cut', async () => {
    for (const before of [290, 294, 299]) {
      github.faults.push({ method: 'GET', fault: status(410, {}, `${'x'.repeat(before)}gh-t0ken`) });
      expect((await failure(create())).message).toMatch(/ 410: x{290,}\*{1,3}$/);
    }
  });

  it('is a wrong token, one that is none, or one that is not granted', async () => {
    const withToken = async (given: Record<string, string>) => {
      const other = await startPlugin(plugin, GithubOptions.parse({ baseUrl }), given);
      return failure(create({}, context(), other)).finally(() => other.stop());
    };
    expect(await withToken({ GITHUB_TOKEN: 'wr0ng' })).toMatchObject({ kind: 'terminal', message: expect.stringContaining('401: Bad credentials') }); // prettier-ignore
    const broken = await withToken({ GITHUB_TOKEN: 'gh-t0ken\nX: y' });
    expect(broken).toMatchObject({ kind: 'terminal', message: 'The secret GITHUB_TOKEN is no token of GitHub' });
    expect((await withToken({})).message).toContain('Secret GITHUB_TOKEN is not granted');
    expect(github.asked.map(({ headers }) => headers.authorization)).toEqual(['token wr0ng']);
  });

  it('is an answer that does not come', async () => {
    const other = await startPlugin(plugin, GithubOptions.parse({ baseUrl, timeoutMs: 100 }), secrets);
    github.faults.push({ method: 'GET', fault: () => undefined });
    expect(await failure(create({}, context(), other))).toMatchObject({ kind: 'retryable', message: expect.stringContaining('does not answer in time') }); // prettier-ignore
    await other.stop();
    github.faults.push({ method: 'GET', fault: () => undefined });
    const signal = AbortSignal.timeout(50);
    expect((await failure(create({}, context('tell', { signal })))).kind).toBe('cancelled');
  });
});

describe('repositories', () => {
  it.each([
    ['acme/shop', ['acme/shop'], true],
    ['acme/shop', ['ACME/Shop'], true],
    ['acme/shop', ['acme/*'], true],
    ['acme/shop', ['acme/sho', 'other/*'], false],
    ['acme/shop', [], false],
    ['acme/shop', undefined, true],
  ])('%s with %j: %s', async (name, repositories, allowed) => {
    const other = await startPlugin(plugin, GithubOptions.parse({ baseUrl, repositories }), secrets);
    const told = await create({ repository: name }, context(), other).then(() => 'created', (e: Error) => e.message); // prettier-ignore
    await other.stop();
    expect(told).toBe(allowed ? 'created' : `${name} is not allowed; list it under repositories in the options of the github plugin`); // prettier-ignore
    if (!allowed) expect(github.asked).toEqual([]);
  });

  it.each([
    'acme',
    'acme/',
    '/shop',
    'acme/..',
    'acme/.',
    'acme/shop/issues',
    'acme/sh op',
    '../..',
    'acme/shop?x',
    'acme/%2e%2e',
    '-/x',
    'acme/shop#1',
  ])('%j is none', (name) => {
    expect(CreateIssueInput.safeParse({ repository: name, title: 'x' }).success).toBe(false);
    expect(GithubOptions.safeParse({ repositories: [name] }).success).toBe(false);
  });
});

it.each([
  ['https://github.example.com/api/v3', true],
  ['http://127.0.0.1:1/api/v3', true],
  ['http://localhost', true],
  ['http://github.example.com', false],
  ['http://localhost.example.com', false],
  ['https://u:p@github.example.com', false],
  ['https://github.example.com/?a', false],
  ['ftp://github.example.com', false],
])('baseUrl %s: %s', (url, right) => {
  expect(GithubOptions.safeParse({ baseUrl: url }).success).toBe(right);
});

agentContract(plugin, {
  get options() {
    return { baseUrl: baseUrl ?? 'http://127.0.0.1:9' };
  },
  secrets,
  context: { run: { id: runId, workflow: 'w', version: '1' }, idempotencyKey: `${runId}/contract` },
  examples: {
    'github.createIssue': {
      right: [
        { input: { repository, title: 'a' } },
        { input: { repository: 'acme/none', title: 'a' }, fails: 'terminal' },
      ],
      wrong: [{}, { repository }, { repository, title: ' ' }, { repository, title: 'x'.repeat(257) }, { repository, title: 'a', body: 'x'.repeat(65_001) }, { repository, title: 'a', labels: [''] }, { repository, title: 'a', token: 'x' }], // prettier-ignore
    },
    'github.comment': {
      right: [{ input: { repository, issue: 99, body: 'a' }, fails: 'terminal' }],
      wrong: [{ repository, issue: 1 }, { repository, issue: 0, body: 'a' }, { repository, issue: '1', body: 'a' }, { repository, issue: 1, body: '' }], // prettier-ignore
    },
    'github.closeIssue': {
      right: [{ input: { repository, issue: 99 }, fails: 'terminal' }],
      wrong: [{ repository }, { repository, issue: 1, reason: 'because' }],
    },
    'github.updateIssue': {
      right: [{ input: { repository, issue: 99, title: 'b' }, fails: 'terminal' }],
      wrong: [
        { repository, issue: 1 },
        { repository, issue: 1, state: 'gone' },
        { repository, issue: 1, title: '' },
      ],
    },
    'github.dispatch': {
      right: [
        { input: { repository, event: 'go' }, output: { run: null } },
        { input: { repository, workflow: 'deploy.yml', ref: 'main' }, output: { run: { id: 77, url: 'https://github.example/runs/77' } } }, // prettier-ignore
        { input: { repository, workflow: 8, ref: 'main' }, fails: 'terminal' },
      ],
      wrong: [
        { repository },
        { repository, workflow: 'a.yml' },
        { repository, workflow: '..', ref: 'main' },
        { repository, workflow: 'a/../../x', ref: 'main' },
        { repository, workflow: 'a.yml', ref: 'main', event: 'go' },
        { repository, workflow: 'a.yml', ref: 'main', payload: {} },
        { repository, event: 'go', inputs: {} },
        { repository, event: 'go', ref: 'main' },
        { repository, event: 'go', payload: { commandcenter: 1 } },
        { repository, event: 'go', payload: Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`p${n}`, n])) },
      ],
    },
  },
});
