import { CheckedHub, noRun, refusal } from './support/api/checked-hub.js';
import { type Answer, type Call, TestHub } from './support/api/hub.js';

describe('browser sessions over HTTP', () => {
  let checked: CheckedHub;
  let origin: string;
  beforeAll(async () => {
    checked = await CheckedHub.start();
    origin = checked.hub.url;
  });
  afterAll(() => checked.close());

  const cookieOf = ({ headers }: Answer) => headers.getSetCookie()[0] ?? '';
  const open = async (token: string, headers: Record<string, string> = {}) => {
    const answer = await checked.post('/session', { token }, { token: null, headers });
    expect(answer.status).toBe(200);
    return { answer, cookie: cookieOf(answer).split(';')[0]! };
  };
  /** A request as a browser with this cookie sends it. */
  const browse = (path: string, cookie: string, { headers, ...more }: Call = {}) =>
    checked.hub.call(path, { token: null, ...more, headers: { cookie, ...headers } });
  const plain = (page: string) => page.replaceAll('&#61;', '=').replaceAll('&#38;', '&');
  const html = { accept: 'text/html,application/xhtml+xml' };

  describe('signing in', () => {
    it('exchanges a token for a cookie no script and no other site can use', async () => {
      const { answer } = await open(await checked.hub.token('operator'));
      expect(answer.body).toMatchObject({ role: 'operator', approver: false });
      const parts = cookieOf(answer).split('; ');
      expect(parts[0]).toMatch(/^cc_session=[\w-]{43}$/);
      expect(parts).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
      expect(cookieOf(answer)).not.toMatch(/Secure|Domain/);
      const expires = Date.parse(parts.find((part) => part.startsWith('Expires='))!.slice(8));
      expect(Math.abs(expires - Date.parse(answer.body.expiresAt as string))).toBeLessThan(1000);
    });

    it('makes the cookie Secure when the browser came by https', async () => {
      const https = origin.replace('http:', 'https:');
      expect(cookieOf((await open(await checked.hub.token('viewer'), { origin: https })).answer)).toContain('Secure');
    });

    it('refuses what is no token, and says what is wrong with the request', async () => {
      const none = { token: null };
      expect(refusal(await checked.post('/session', { token: 'cc_wrong' }, none))).toEqual([401, 'CC_UNAUTHENTICATED']);
      expect(refusal(await checked.post('/session', {}, none))).toEqual([400, 'CC_REQUEST_INVALID']);
      const form = { method: 'POST', token: null, text: 'token=x', type: 'application/x-www-form-urlencoded' };
      expect(refusal(await checked.call('/session', form))).toEqual([415, 'CC_MEDIA_TYPE_UNSUPPORTED']);
    });

    it('is not done for another site, which could sign somebody in as somebody else', async () => {
      const token = await checked.hub.token('admin');
      const foreign = { token: null, headers: { origin: 'https://evil.example' } };
      expect(refusal(await checked.post('/session', { token }, foreign))).toEqual([403, 'CC_ORIGIN_REFUSED']);
    });

    it('takes no forms where none are asked for', async () => {
      const form = { method: 'POST', text: 'input=1', type: 'application/x-www-form-urlencoded' };
      expect(refusal(await checked.call('/api/v1/workflows/hello/runs', form))).toEqual([
        415,
        'CC_MEDIA_TYPE_UNSUPPORTED',
      ]);
    });

    it('counts against the rate of the address', async () => {
      const strict = await TestHub.start({}, { rateLimitPerMinute: 3 });
      const tries: number[] = [];
      for (let n = 0; n < 5; n += 1)
        tries.push((await strict.post('/session', { token: `cc_guess${n}` }, { token: null })).status);
      await strict.close();
      expect(tries).toEqual([401, 401, 401, 429, 429]);
    });
  });

  describe('a session', () => {
    it('may do in the API what its token may, and no more', async () => {
      const viewer = (await open(await checked.hub.token('viewer'))).cookie;
      expect((await browse('/api/v1/runs', viewer)).status).toBe(200);
      expect(refusal(await browse('/api/v1/tokens', viewer))).toEqual([403, 'CC_FORBIDDEN']);
      const operator = (await open(await checked.hub.token('operator'))).cookie;
      const start = { method: 'POST', body: {}, headers: { origin } };
      expect((await browse('/api/v1/workflows/hello/runs', operator, start)).status).toBe(202);
      expect(refusal(await browse('/api/v1/workflows/hello/runs', viewer, start))).toEqual([403, 'CC_FORBIDDEN']);
    });

    it('changes nothing for another site, or for who does not say where it asks from', async () => {
      const { cookie } = await open(await checked.hub.token('admin'));
      const before = (await browse('/api/v1/runs', cookie)).body.items.length as number;
      for (const headers of [{}, { origin: 'https://evil.example' }, { origin: 'null' }, { origin: `${origin}0` }]) {
        for (const [method, path] of [
          ['POST', '/api/v1/workflows/hello/runs'],
          ['POST', `/runs/${noRun}/cancel`],
          ['POST', '/session/end'],
          ['DELETE', '/session'],
          ['DELETE', `/api/v1/tokens/${noRun}`],
        ] as const)
          expect(refusal(await browse(path, cookie, { method, headers }))).toEqual([403, 'CC_ORIGIN_REFUSED']);
      }
      expect((await browse('/api/v1/runs', cookie)).body.items).toHaveLength(before);
    });

    it('stands back where there is a token: programs need no origin', async () => {
      const { cookie } = await open(await checked.hub.token('viewer'));
      const token = await checked.hub.token('operator');
      const both = { method: 'POST', body: {}, token };
      expect((await browse('/api/v1/workflows/hello/runs', cookie, both)).status).toBe(202);
      expect(refusal(await browse('/api/v1/runs', cookie, { token: 'cc_wrong' }))).toEqual([401, 'CC_UNAUTHENTICATED']);
    });

    it('shares the rate of its token', async () => {
      const strict = await TestHub.start({}, { rateLimitPerMinute: 6 });
      const token = await strict.token('viewer');
      const signedIn = await strict.post('/session', { token }, { token: null });
      const cookie = cookieOf(signedIn).split(';')[0]!;
      const statuses: number[] = [];
      for (let n = 0; n < 4; n += 1) {
        statuses.push((await strict.call('/api/v1/runs', { token })).status);
        statuses.push((await strict.call('/api/v1/runs', { token: null, headers: { cookie } })).status);
      }
      await strict.close();
      // Signing in made the token known; of the session's requests the first is still its address's.
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 200, 429]);
    });

    it('ends when it is told to, here at once, and takes the cookie with it', async () => {
      for (const end of [
        { method: 'DELETE', path: '/session', status: 204 },
        { method: 'POST', path: '/session/end', status: 200 },
      ]) {
        const { cookie } = await open(await checked.hub.token('viewer'));
        expect((await browse('/api/v1/runs', cookie)).status).toBe(200);
        const { method } = end;
        const response = await fetch(origin + end.path, { method, headers: { cookie, origin }, redirect: 'manual' });
        expect([204, 303]).toContain(response.status);
        expect(response.headers.getSetCookie()[0]).toMatch(/^cc_session=; .*Expires=Thu, 01 Jan 1970/);
        expect(refusal(await browse('/api/v1/runs', cookie))).toEqual([401, 'CC_UNAUTHENTICATED']);
      }
    });

    it('ends when its token is revoked', async () => {
      const { body } = await checked.post('/api/v1/tokens', { name: 'short-lived', role: 'viewer' });
      const { cookie } = await open(body.token as string);
      expect((await browse('/runs', cookie)).status).toBe(200);
      await checked.call(`/api/v1/tokens/${body.id}`, { method: 'DELETE' });
      expect(refusal(await browse('/runs', cookie))).toEqual([401, 'CC_UNAUTHENTICATED']);
    });

    it('is not guessed from what is no cookie of ours', async () => {
      for (const cookie of ['cc_session=', 'cc_session=%zz', 'cc_session', '=;;=', `other=${'x'.repeat(2000)}`])
        expect(refusal(await browse('/api/v1/runs', cookie))).toEqual([401, 'CC_UNAUTHENTICATED']);
    });
  });

  describe('pages', () => {
    const visit = (path: string, headers: Record<string, string> = {}) =>
      fetch(origin + path, { redirect: 'manual', headers: { ...html, ...headers } });

    it('send a browser without a session to sign in, and lead back afterwards', async () => {
      const wanted = `/runs?workflow=hello&status=failed`;
      const response = await visit(wanted);
      expect([response.status, response.headers.get('location')]).toEqual([
        303,
        `/login?next=${encodeURIComponent(wanted)}`,
      ]);
      expect((await visit('/')).headers.get('location')).toBe('/login');
      const page = await (await visit(response.headers.get('location')!)).text();
      expect(page).toContain('name="next" value="/runs?workflow&#61;hello&#38;status&#61;failed"');
    });

    it('never lead anywhere else', async () => {
      for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)']) {
        const body = new URLSearchParams({ token: await checked.hub.token('viewer'), next });
        const response = await fetch(`${origin}/login`, { method: 'POST', body, redirect: 'manual' });
        expect([response.status, response.headers.get('location')]).toEqual([303, '/runs']);
      }
    });

    it('say in the form that a token is wrong, and give no cookie', async () => {
      const body = new URLSearchParams({ token: 'cc_wrong', next: '/runs?status=failed' });
      const response = await fetch(`${origin}/login`, { method: 'POST', body, headers: html });
      expect([response.status, response.headers.getSetCookie()]).toEqual([401, []]);
      expect(await response.text()).toContain('This token is unknown, revoked or expired.');
    });

    it('let nothing run or load that is not the hub, and stay out of caches', async () => {
      const { cookie } = await open(await checked.hub.token('viewer'));
      for (const path of ['/runs', `/runs/${noRun}`, '/login', '/nowhere']) {
        const { headers } = await visit(path, { cookie });
        expect(headers.get('content-security-policy')).toMatch(
          /^default-src 'none'; style-src 'self'; script-src 'self'/,
        );
        expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|https?:/);
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      }
      const style = /href="(\/assets\/pages\.css\?v=[\w-]+)"/.exec(plain(await (await visit('/login')).text()))![1]!;
      const { headers } = await visit(style);
      expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([
        'text/css; charset=utf-8',
        'public, max-age=31536000, immutable',
      ]);
    });

    it('are what a browser gets for an error, and a problem document is what a program gets', async () => {
      const { cookie } = await open(await checked.hub.token('viewer'));
      for (const [path, status, text] of [
        ['/nowhere', 404, 'There is no page /nowhere.'],
        [`/runs/${noRun}`, 404, 'There is no run'],
        ['/runs/x%3Cscript%3E', 404, 'There is no run &#34;x&#60;script&#62;&#34;.'],
        ['/runs?workflow=No', 400, 'is not the id of a workflow'],
        ['/runs?status=lost', 400, '<code>query.status'],
        ['/runs?cursor=nonsense', 400, 'is not a cursor of this list'],
      ] as const) {
        const response = await visit(path, { cookie });
        expect([path, response.status]).toEqual([path, status]);
        expect(await response.text()).toContain(text);
        const plain = await fetch(origin + path, { headers: { cookie } });
        expect([plain.status, plain.headers.get('content-type')]).toEqual([
          status,
          'application/problem+json; charset=utf-8',
        ]);
      }
      const api = await visit('/api/v1/nothing', { cookie });
      expect(api.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      const forbidden = await fetch(`${origin}/runs/${noRun}/cancel`, {
        method: 'POST',
        headers: { ...html, cookie, origin },
      });
      expect([forbidden.status, await forbidden.text()]).toEqual([403, expect.stringContaining('CC_FORBIDDEN')]);
    });

    it('say what the workflow is that dashboards call _other, which the API does not know', async () => {
      const { cookie } = await open(await checked.hub.token('viewer'));
      const response = await visit('/runs?workflow=_other&status=failed', { cookie });
      const page = await response.text();
      expect(response.status).toBe(200);
      expect(page).toContain('No run like this');
      expect(page).toContain('telemetry.workflowLabelBudget');
      expect(refusal(await browse('/api/v1/runs?workflow=_other', cookie))).toEqual([400, 'CC_REQUEST_INVALID']);
    });

    it('page through runs, newest first, and keep the filter', async () => {
      const { cookie } = await open(await checked.hub.token('viewer'));
      const ids = [];
      for (let n = 0; n < 53; n += 1)
        ids.push((await checked.startRun('order', { input: { item: 'a' } })).body.id as string);
      await checked.hub.ended(ids.at(-1)!);
      const shown = (page: string) => [...page.matchAll(/<tr id="run-([\w-]+)">/g)].map(([, id]) => id!);
      const first = await (await visit('/runs?workflow=order&status=&trigger=manual', { cookie })).text();
      const older = /href="([^"]*)" rel="next"/.exec(plain(first))![1]!;
      expect(older).toMatch(/^\/runs\?workflow=order&trigger=manual&cursor=[\w-]{22}$/);
      const second = await (await visit(older, { cookie })).text();
      expect([...shown(first), ...shown(second)]).toEqual(ids.toReversed());
      expect(second).toContain('Newest runs');
    });
  });
});
