import type { CheckedHub } from './checked-hub.js';
import type { Answer, Call } from './hub.js';

/** What a browser says it wants. */
export const html = { accept: 'text/html,application/xhtml+xml' };

/** The first cookie of an answer, with its attributes. */
export function setCookieOf({ headers }: Pick<Answer, 'headers'>): string {
  return headers.getSetCookie()[0] ?? '';
}

/** Opens a session; `cookie` is what a browser sends back. */
export async function openSession(
  checked: CheckedHub,
  token: string,
  headers: Record<string, string> = {},
): Promise<{ answer: Answer; cookie: string }> {
  const answer = await checked.post('/session', { token }, { token: null, headers });
  expect(answer.status).toBe(200);
  return { answer, cookie: setCookieOf(answer).split(';')[0]! };
}

/** A request as a browser with this cookie sends it. */
export function browse(
  { hub }: CheckedHub,
  path: string,
  cookie: string,
  { headers, ...more }: Call = {},
): Promise<Answer> {
  return hub.call(path, { token: null, ...more, headers: { cookie, ...headers } });
}
