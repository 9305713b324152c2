import { CheckedHub, noRun, refusal } from './support/api/checked-hub.js';
import { browse as browseAs, html, openSession, setCookieOf } from './support/api/browsing.js';
import { type Call, TestHub } from './support/api/hub.js';

describe('browser sessions over HTTP', () => {
  let checked: CheckedHub;
  let origin: string;
  beforeAll(async () => {
    checked = await CheckedHub.start();
    origin = checked.hub.url;
  });
  afterAll(() => checked.close());

  const open = (token: string) => openSession(checked, token);
  const browse = (path: string, cookie: string, more?: Call) => browseAs(checked, path, cookie, more);
  const plain = (page: string) => page.replaceAll('&#61;', '=').replaceAll('&#38;', '&');

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
          ['POST', `/runs/${noRun}/pause`],
          ['POST', `/runs/${noRun}/resume`],
          ['POST', `/runs/${noRun}/rerun`],
          ['POST', `/approvals/${noRun}/decision`],
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
      const cookie = setCookieOf(signedIn).split(';')[0]!;
      const statuses: number[] = [];
      for (let n = 0; n < 4; n += 1) {
        statuses.push((await strict.call('/api/v1/runs', { token })).status);
        statuses.push((await strict.call('/api/v1/runs', { token: null, headers: { cookie } })).status);
      }
      await strict.close();
      expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429, 429]);
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
    });

    it('have a style, a script and an icon that browsers keep as long as the page names them', async () => {
      const page = plain(await (await visit('/login')).text());
      for (const [name, type] of [
        ['pages.css', 'text/css'],
        ['pages.js', 'text/javascript'],
        ['icon.svg', 'image/svg+xml'],
      ] as const) {
        const path = new RegExp(`"(/assets/${name.replace('.', '\\.')}\\?v=[\\w-]{12})"`).exec(page)![1]!;
        const kept = await visit(path);
        expect(kept.headers.get('content-type')).toBe(`${type}; charset=utf-8`);
        expect(kept.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
        // Of a hub of another version, or of nobody.
        for (const other of [`${path}x`, `${path}&v=x`, `/assets/${name}`]) {
          const response = await visit(other);
          expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
        }
      }
    });

    it('lead back to the run whose session ended while somebody was cancelling it', async () => {
      const { cookie } = await open(await checked.hub.token('operator'));
      await browse('/session', cookie, { method: 'DELETE', headers: { origin } });
      const press = (path: string) =>
        fetch(origin + path, { method: 'POST', redirect: 'manual', headers: { ...html, cookie, origin } });
      expect((await press(`/runs/${noRun}/cancel`)).headers.get('location')).toBe(`/login?next=%2Fruns%2F${noRun}`);
      expect((await press(`/runs/${noRun}/rerun`)).headers.get('location')).toBe(`/login?next=%2Fruns%2F${noRun}`);
      expect((await press(`/approvals/${noRun}/decision`)).headers.get('location')).toBe('/login?next=%2Fapprovals');
      const signedOut = await press('/session/end');
      expect([signedOut.status, signedOut.headers.get('location')]).toEqual([303, '/login']);
      expect(setCookieOf(signedOut)).toMatch(/^cc_session=; .*Expires=Thu, 01 Jan 1970/);
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
