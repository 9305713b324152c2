import type { OpenApi } from './support/api/contract.js';
import { noRun } from './support/api/checked-hub.js';
import { TestHub } from './support/api/hub.js';
import { otherRouteRoles, routeRoles, unaudited } from './support/api/route-roles.js';
import { Tokens } from '../src/identity/index.js';

const callers = ['nobody', 'viewer', 'operator', 'approver', 'admin'] as const;
type Caller = (typeof callers)[number];

/** Whom each least role lets in. `approver` is a viewer who may decide approvals. */
const lets: Readonly<Record<string, readonly Caller[]>> = {
  public: callers,
  viewer: ['viewer', 'operator', 'approver', 'admin'],
  operator: ['operator', 'admin'],
  approver: ['approver', 'admin'],
  admin: ['admin'],
  itself: [],
};

const file = 'test/support/api/route-roles.ts';
const table = { ...routeRoles, ...otherRouteRoles };

describe('roles and routes', () => {
  let hub: TestHub;
  let documented: Map<string, string>;
  const audited = new Set<string>();
  const tokens: Partial<Record<Caller, string>> = {};

  beforeAll(async () => {
    hub = await TestHub.start({});
    const { paths } = (await hub.call('/api/openapi.json')).body as OpenApi;
    documented = new Map(
      Object.entries(paths).flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, operation]): [string, string] => [
          `${method.toUpperCase()} ${path}`,
          (operation as { 'x-role'?: string })['x-role'] ?? 'nothing',
        ]),
      ),
    );
    for (const [path, operations] of Object.entries(paths))
      for (const [method, operation] of Object.entries(operations))
        if ('x-audit' in operation) audited.add(`${method.toUpperCase()} ${path}`);
    for (const role of ['viewer', 'operator', 'admin'] as const) tokens[role] = await hub.token(role);
    const made = await new Tokens(hub.database).create({ name: 'a', role: 'viewer', approver: true, expiresAt: null });
    tokens.approver = made.token;
  });
  afterAll(() => hub.close());

  it('have a row for every operation of the OpenAPI document, with its role, and no other row', () => {
    const missing = [...documented]
      .filter(([route]) => !(route in routeRoles))
      .map(
        ([route, role]) =>
          `add to routeRoles in ${file}:  '${route}': '${role} 2xx',  (4xx if it answers that to an empty call)`,
      );
    const stale = Object.keys(routeRoles).filter((route) => !documented.has(route));
    const different = [...documented]
      .filter(([route, role]) => route in routeRoles && roleOf(route) !== role)
      .map(([route, role]) => `${route} says ${role}, its row in ${file} says ${roleOf(route)}`);
    expect([...missing, ...stale.map((route) => `remove from ${file}: '${route}', there is no such route`), ...different]).toEqual([]); // prettier-ignore
  });

  it('have a row for every route that is not in the document, and no other row', () => {
    const others = hub.server.registeredRoutes
      .filter(({ method }) => method !== 'HEAD')
      .map(({ method, url, access = 'admin' }): [string, string] => [`${method} ${url.replace(/:(\w+)/g, '{$1}')}`, access])
      .filter(([route]) => !documented.has(route)); // prettier-ignore
    const missing = others
      .filter(([route]) => !(route in otherRouteRoles))
      .map(([route, role]) => `add to otherRouteRoles in ${file}:  '${route}': '${role} 2xx',`);
    const known = new Set(others.map(([route]) => route));
    const stale = Object.keys(otherRouteRoles).filter((route) => !known.has(route));
    expect([...missing, ...stale.map((route) => `remove from ${file}: '${route}'`)]).toEqual([]);
  });

  it('leave a line in the audit log where they change anything, or a reason why not', () => {
    const changing = [...documented.keys()].filter((route) => !route.startsWith('GET '));
    const silent = changing.filter((route) => !audited.has(route) && !(route in unaudited));
    const stale = Object.keys(unaudited).filter((route) => audited.has(route) || !documented.has(route));
    expect([
      ...silent.map(
        (route) => `${route}: say audit: '<noun>.<verb>' in its routeSpec, or why not in unaudited of ${file}`,
      ),
      ...stale.map((route) => `remove from unaudited of ${file}: '${route}'`),
    ]).toEqual([]);
    expect(audited.size).toBeGreaterThan(15);
  });

  it('are held: nobody gets in below the role of the row, and everybody from it on', async () => {
    const lines: string[] = [];
    const wrong: string[] = [];
    for (const [route, row] of Object.entries(table)) {
      const [method, path] = route.split(' ') as [string, string];
      const [role, allowed] = row.split(' ') as [string, string];
      const answers: number[] = [];
      for (const caller of callers) {
        const { status } = await hub.call(concrete(path), { method, token: tokens[caller] ?? null });
        answers.push(status);
        const expected = lets[role]!.includes(caller) ? allowed : refusal(caller, role);
        if (!fits(status, expected)) wrong.push(`${route} answers ${caller} with ${status}, not with ${expected}`);
      }
      lines.push(`${method.padEnd(6)} ${path.padEnd(40)} ${role.padEnd(9)} ${answers.join('  ')}`);
    }
    const head = `${'ROUTE'.padEnd(47)} LEAST     ${callers.join(' ')}`;
    const count = `${documented.size} operations in the OpenAPI document, ${Object.keys(otherRouteRoles).length} routes beside it, ${Object.keys(table).length * callers.length} calls`;
    process.stdout.write(`\n${[head, ...lines, count].join('\n')}\n`);
    expect(wrong).toEqual([]);
  }, 120_000);
});

function roleOf(route: string): string {
  return routeRoles[route]!.split(' ')[0]!;
}

function concrete(path: string): string {
  return path.replaceAll('{id}', noRun).replaceAll(/\{\w+\}/g, 'NOBODY_HAS_THIS');
}

/** Exactly: 401 and 403 must not hide behind one another, nor behind another 4xx. */
function refusal(caller: Caller, role: string): '401' | '403' {
  return caller === 'nobody' || role === 'itself' ? '401' : '403';
}

function fits(status: number, expected: string): boolean {
  if (expected === '401' || expected === '403') return String(status) === expected;
  return String(status)[0] === expected[0] && status !== 401 && status !== 403;
}
