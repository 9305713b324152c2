import { CheckedHub, refusal } from './support/api/checked-hub.js';
import { browse, openSession, setCookieOf } from './support/api/browsing.js';
import { TestHub } from './support/api/hub.js';

describe('signing in', () => {
  let checked: CheckedHub;
  let origin: string;
  beforeAll(async () => {
    checked = await CheckedHub.start();
    origin = checked.hub.url;
  });
  afterAll(() => checked.close());

  const open = (token: string, headers?: Record<string, string>) => openSession(checked, token, headers);

  it('exchanges a token for a cookie no script and no other site can use', async () => {
    const { answer } = await open(await checked.hub.token('operator'));
    expect(answer.body).toMatchObject({ role: 'operator', approver: false });
    const parts = setCookieOf(answer).split('; ');
    expect(parts[0]).toMatch(/^cc_session=[\w-]{43}$/);
    expect(parts).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    expect(setCookieOf(answer)).not.toMatch(/Secure|Domain/);
    const expires = Date.parse(parts.find((part) => part.startsWith('Expires='))!.slice(8));
    expect(Math.abs(expires - Date.parse(answer.body.expiresAt as string))).toBeLessThan(1000);
  });

  it('makes the cookie Secure, and one no neighbour can plant, when the browser came by https', async () => {
    const https = origin.replace('http:', 'https:');
    const { answer, cookie } = await open(await checked.hub.token('viewer'), { origin: https });
    expect(setCookieOf(answer)).toMatch(/^__Host-cc_session=[\w-]{43}; .*Path=\/; .*Secure/);
    const planted = await browse(checked, '/api/v1/runs', `cc_session=planted; ${cookie}`);
    expect(planted.status).toBe(200);
    const ended = await browse(checked, '/session', cookie, { method: 'DELETE', headers: { origin: https } });
    expect(ended.headers.getSetCookie().map((one) => one.split(';')[0])).toEqual(['cc_session=', '__Host-cc_session=']);
    expect(refusal(await browse(checked, '/api/v1/runs', cookie))).toEqual([401, 'CC_UNAUTHENTICATED']);
  });

  it('ends the session the browser had before, once the new one is open', async () => {
    const before = await open(await checked.hub.token('viewer'));
    const failed = { token: null, headers: { cookie: before.cookie } };
    expect((await checked.post('/session', { token: 'cc_wrong' }, failed)).status).toBe(401);
    expect((await browse(checked, '/api/v1/runs', before.cookie)).status).toBe(200);
    const after = await open(await checked.hub.token('operator'), { cookie: before.cookie });
    expect((await browse(checked, '/api/v1/runs', after.cookie)).status).toBe(200);
    expect(refusal(await browse(checked, '/api/v1/runs', before.cookie))).toEqual([401, 'CC_UNAUTHENTICATED']);
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

  it('reads no more than a token and a path need', async () => {
    const long = 'x'.repeat(10_000);
    const json = await checked.post('/session', { token: long }, { token: null });
    expect(refusal(json)).toEqual([413, 'CC_REQUEST_TOO_LARGE']);
    const body = new URLSearchParams({ token: 'x', next: `/${long}` });
    expect((await fetch(`${origin}/login`, { method: 'POST', body })).status).toBe(413);
  });

  it('works where others have used up the rate of the address', async () => {
    const strict = await TestHub.start({}, { rateLimitPerMinute: 3 });
    for (let n = 0; n < 4; n += 1) await strict.call('/api/v1/runs', { token: `cc_guess${n}` });
    expect((await strict.call('/api/v1/runs', { token: 'cc_guess' })).status).toBe(429);
    const answer = await strict.post('/session', { token: await strict.token('viewer') }, { token: null });
    await strict.close();
    expect(answer.status).toBe(200);
  });

  it('that fails twenty times a minute is refused to the address, but not to who holds a right token, seen before or not', async () => {
    const hub = await TestHub.start({});
    const [used, unused] = [await hub.token('viewer'), await hub.token('viewer')];
    await hub.call('/api/v1/runs', { token: used });
    const sign = (token: string) => hub.post('/session', { token }, { token: null });
    for (let n = 0; n < 30; n += 1) expect((await sign(used)).status).toBe(200);
    const guesses = await Promise.all(Array.from({ length: 40 }, (_, n) => sign(`cc_guess${n}`)));
    expect(guesses.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 20 }, () => 401),
      ...Array.from({ length: 20 }, () => 429),
    ]);
    const refused = guesses.find(({ status }) => status === 429)!;
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
    expect((await sign('cc_guess')).status).toBe(429);
    expect((await sign(unused)).status).toBe(200);
    expect((await sign(used)).status).toBe(200);
    await hub.close();
  });

  it('shows its page in full when the rate of the address is used up', async () => {
    const strict = await TestHub.start({}, { rateLimitPerMinute: 2 });
    const statuses: number[] = [];
    for (const path of [
      '/assets/pages.css',
      '/assets/pages.js',
      '/assets/icon.svg',
      '/login',
      '/login',
      '/login',
      '/nothing',
      '/nothing',
      '/nothing',
    ])
      statuses.push((await strict.call(path, { token: null })).status);
    await strict.close();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 404, 404, 429]);
  });
});
