import { loginPath, nextPath } from './next-path.js';

describe('where signing in leads', () => {
  it.each([
    '/runs?workflow=hello',
    '/runs/019c1a52-3f5e-7c4b-9d2e-6a1b2c3d4e5f',
    '/api/docs',
    '/runs?next=//evil.example',
  ])('is %s when that was asked for', (path) => expect(nextPath(path)).toBe(path));

  it.each([
    undefined,
    '',
    'runs',
    'https://evil.example/',
    '//evil.example/runs',
    '///evil.example',
    '/\\evil.example',
    '/\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/.//evil.example',
    '/x/..//evil.example',
    'javascript:alert(1)',
    '/login?next=/login',
    '/',
    'http:/evil.example',
    '\u0000//evil.example',
  ])('is the list of runs for %j', (asked) => expect(nextPath(asked)).toBe('/runs'));

  it('is on this hub whatever is asked, as a browser reads it', () => {
    const pieces = ['/', '\\', '.', '..', '\t', '\r', 'evil.example', '@', ':', '%2f', '%5c', 'javascript:', '//'];
    for (const a of pieces)
      for (const b of pieces)
        for (const c of pieces) {
          const path = nextPath(`/${a}${b}${c}evil.example`);
          expect(new URL(path, 'https://hub.example').origin).toBe('https://hub.example');
        }
  });

  it('goes into the address of the page to sign in at, and back out of it', () => {
    expect(loginPath('/runs')).toBe('/login');
    expect(loginPath('//evil.example')).toBe('/login');
    const path = loginPath('/runs?workflow=a&status=failed');
    expect(nextPath(new URL(path, 'http://hub').searchParams.get('next') ?? undefined)).toBe(
      '/runs?workflow=a&status=failed',
    );
  });
});
