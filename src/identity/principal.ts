/** From the least to the most: each may do what the ones before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** What a call can ask for. `approver` stands beside operator, and admin includes it. */
export type Access = Role | 'approver';

/** Who is calling. */
export interface Principal {
  /** The token's id. */
  readonly id: string;
  /** The user's where the token has one, else the token's. */
  readonly name: string;
  /** Of a user's token: the lesser of its own role and the user's. */
  readonly role: Role;
  readonly approver: boolean;
  /** The token belongs to somebody, and acts as them. */
  readonly user?: string;
  /** Names of the user's groups. */
  readonly groups: readonly string[];
  /** Requests per minute, where the token has a rate of its own. */
  readonly ratePerMinute?: number;
}

export function mayDo(principal: Pick<Principal, 'role' | 'approver'>, access: Access): boolean {
  if (access === 'approver') return principal.approver || principal.role === 'admin';
  return roles.indexOf(principal.role) >= roles.indexOf(access);
}

export function lesserRole(a: Role, b: Role): Role {
  return roles.indexOf(a) < roles.indexOf(b) ? a : b;
}
