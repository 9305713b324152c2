import { mayDo, roles, type Access, type Principal } from './principal.js';

/**
 * Whether a list of approvers names the caller: `user:ada`, `group:sre`, `role:operator` (that role or more). An empty
 * list names everybody. Only a user's token is that user: one that is merely called "ada" is not. An admin who is on no
 * list is not added to it; what no kind of ours begins with names nobody.
 */
export function isApprover(principal: Omit<Principal, 'id' | 'name'>, approvers: readonly string[]): boolean {
  return approvers.length === 0 || approvers.some((approver) => names(approver, principal));
}

function names(approver: string, principal: Omit<Principal, 'id' | 'name'>): boolean {
  const colon = approver.indexOf(':');
  const [kind, name] = [approver.slice(0, colon), approver.slice(colon + 1)];
  switch (kind) {
    case 'user':
      return principal.user !== undefined && principal.user === name;
    case 'group':
      return principal.groups.includes(name);
    case 'role':
      return isAccess(name) && mayDo(principal, name);
    default:
      return false;
  }
}

function isAccess(name: string): name is Access {
  return name === 'approver' || (roles as readonly string[]).includes(name);
}
