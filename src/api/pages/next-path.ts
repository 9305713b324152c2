const nowhere = 'http://hub.invalid';
export const firstPage = '/runs';

/** Where to go after signing in: a path of this hub. Whatever else the address asks for, it is the first page. */
export function nextPath(asked: string | undefined): string {
  if (asked === undefined || !asked.startsWith('/') || !URL.canParse(asked, nowhere)) return firstPage;
  // As browsers read it: `//host`, `/\host` and a tab between the slashes all lead to another host.
  const { origin, pathname, search } = new URL(asked, nowhere);
  if (origin !== nowhere || pathname.startsWith('//') || pathname === '/' || pathname === '/login') return firstPage;
  return pathname + search;
}

/** The page to sign in at, which leads back to where somebody wanted to go. */
export function loginPath(wanted: string): string {
  const next = nextPath(wanted);
  return next === firstPage ? '/login' : `/login?next=${encodeURIComponent(next)}`;
}
