import { isApprover } from '../approver.js';
import { DURATION_HELP, parseDuration } from '../duration.js';
import { checkIf, checkTemplate } from './check-expressions.js';
import { RUN_NAMES, type Surroundings } from './expressions.js';
import { APPROVAL_KEYS, WAIT_FOR_KEYS } from './keys.js';
import type { Path } from './path.js';
import { durationAt, kind, listAt, mapAt, textAt } from './shape.js';

/** A duration, or an expression that gives one. */
export function checkSleep(value: unknown, path: Path, around: Surroundings): void {
  const text = textAt(around.report, path, value);
  if (text === undefined || !checkTemplate(text, path, around, RUN_NAMES, 'sleep')) return;
  if (parseDuration(text) === undefined) around.report.add(path, `${kind(text)} is not a duration; ${DURATION_HELP}`);
}

/** An instant, or an expression that gives one. */
export function checkUntil(value: unknown, path: Path, around: Surroundings): void {
  const text = textAt(around.report, path, value);
  if (text === undefined || !checkTemplate(text, path, around, RUN_NAMES, 'until')) return;
  if (Number.isNaN(Date.parse(text)))
    around.report.add(path, `${kind(text)} is not an instant; write RFC 3339, for example 2026-12-24T18:00:00Z`);
}

export function checkWaitFor(value: unknown, path: Path, around: Surroundings): void {
  const { report } = around;
  const wait = mapAt(report, path, value, WAIT_FOR_KEYS);
  if (wait === undefined) return;
  if (wait['event'] === undefined) report.add(path, '"event" is missing, for example event: order.paid');
  textAt(report, [...path, 'event'], wait['event']);
  durationAt(report, [...path, 'timeout'], wait['timeout'], true);
  checkIf(wait['if'], [...path, 'if'], around, false);
}

export function checkApproval(value: unknown, path: Path, around: Surroundings): void {
  const { report } = around;
  const approval = mapAt(report, path, value, APPROVAL_KEYS);
  if (approval === undefined) return;
  if (approval['message'] === undefined)
    report.add(path, '"message" is missing, for example message: "Restart ${{ input.service }}?"');
  const message = textAt(report, [...path, 'message'], approval['message'], 10_000);
  if (message !== undefined) checkTemplate(message, [...path, 'message'], around, RUN_NAMES, 'approval.message');
  durationAt(report, [...path, 'timeout'], approval['timeout'], true);
  const late = approval['onTimeout'];
  if (late !== undefined && late !== 'approve' && late !== 'reject')
    report.add([...path, 'onTimeout'], `this must be approve or reject, not ${kind(late)}`);
  checkQuorum(approval['quorum'], [...path, 'quorum'], around);
  checkApprovers(approval['approvers'], [...path, 'approvers'], around);
}

function checkQuorum(quorum: unknown, path: Path, { report }: Surroundings): void {
  if (quorum === undefined || quorum === 1) return;
  if (typeof quorum === 'number' && Number.isInteger(quorum) && quorum > 1)
    report.add(path, 'a quorum of more than 1 is not built yet in this version', 'CC_GRAMMAR_NOT_BUILT');
  else report.add(path, `this must be a whole number from 1, not ${kind(quorum)}`);
}

function checkApprovers(value: unknown, path: Path, around: Surroundings): void {
  const { report } = around;
  if (typeof value === 'string') return void checkTemplate(value, path, around, RUN_NAMES, 'approval.approvers');
  const list = listAt(report, path, value, 50);
  if (list?.length === 0)
    report.add(path, 'somebody must be able to decide; leave it out for everybody who is an approver');
  for (const [i, approver] of list?.entries() ?? []) {
    const constant = checkTemplate(approver, [...path, i], around, RUN_NAMES, 'approval.approvers');
    if (constant && !isApprover(approver))
      report.add([...path, i], `${kind(approver)} is not user:<name>, group:<name> or role:<name>`);
  }
}
