import { isApprover } from './approvers.js';
import type { Principal } from './principal.js';

const who = (more: Partial<Principal> = {}): Principal => ({
  id: '1',
  name: 'ada',
  role: 'viewer',
  approver: true,
  groups: [],
  ...more,
});

describe('who is on a list of approvers', () => {
  const table: [Principal, string[], boolean][] = [
    [who(), [], true],
    [who({ user: 'ada' }), ['user:ada'], true],
    [who(), ['user:ada'], false], // a token of that name is not the user
    [who({ user: 'ada' }), ['user:bob', 'group:sre'], false],
    [who({ user: 'ada', groups: ['sre'] }), ['user:bob', 'group:sre'], true],
    [who({ user: 'sre' }), ['group:sre'], false],
    [who(), ['role:approver'], true],
    [who({ approver: false }), ['role:approver'], false],
    [who({ approver: false, role: 'admin' }), ['role:approver'], true],
    [who({ role: 'admin' }), ['role:operator'], true],
    [who({ role: 'operator' }), ['role:admin'], false],
    [who({ role: 'admin', user: 'eve' }), ['group:sre', 'user:ada'], false], // an admin is not added to a list
    [who({ role: 'admin', user: 'ada', groups: ['ada'] }), ['ada', 'team:ada', 'role:owner', 'role:', ':ada', ''], false],
    [who({ user: 'ada:x' }), ['user:ada:x'], true],
  ]; // prettier-ignore

  it.each(table)('%j on %j: %j', (principal, approvers, expected) => {
    expect(isApprover(principal, approvers)).toBe(expected);
  });
});
