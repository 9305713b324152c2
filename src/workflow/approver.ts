/** Who may decide: `user:ada`, `group:sre`, `role:approver`. */
export function isApprover(text: unknown): text is string {
  return typeof text === 'string' && /^(user|group|role):\S.{0,199}$/.test(text);
}

/** Of an approval that names nobody. */
export const ANY_APPROVER = ['role:approver'];
