/** From the least to the most: each may do what the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** What a call can ask for. `approver` stands beside operator, and admin includes it. */
export type Access = Role | 'approver';

/** Who is calling. */
export interface Principal {
  /** The token's id. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly approver: boolean;
}

export function mayDo(principal: Principal, access: Access): boolean {
  if (access === 'approver') return principal.approver || principal.role === 'admin';
  return roles.indexOf(principal.role) >= roles.indexOf(access);
}
