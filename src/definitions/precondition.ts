import { CcError } from '../errors/index.js';

/** What must be true of a workflow for it to be changed, as `If-Match` and `If-None-Match` say it. */
export interface Precondition {
  /** One of these versions is the current one; `*` = there is one. */
  readonly match?: readonly string[];
  /** There is no such workflow yet. */
  readonly absent?: boolean;
}

/** So that of two people who change the same version at the same time the second one hears of the first. */
export function refuseUnmet(id: string, version: string | undefined, { match, absent }: Precondition): void {
  if (absent === true && version !== undefined)
    throw new CcError('CC_WORKFLOW_CHANGED', `there is a workflow "${id}" already, in version ${version}`);
  if (match === undefined || (version !== undefined && (match.includes('*') || match.includes(version)))) return;
  const now = version === undefined ? `there is no workflow "${id}"` : `"${id}" is at version ${version}`;
  throw new CcError(
    'CC_WORKFLOW_CHANGED',
    `${now}, not at ${match.join(' or ')}; look at what changed, then send it again`,
  );
}
