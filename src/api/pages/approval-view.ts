import type { ApprovalView } from '../../approvals/index.js';
import { isApprover, mayDo, type Principal } from '../../identity/index.js';
import { cut } from './cut.js';
import { html, type Html } from './html.js';
import { listPath } from './runs-filter.js';
import { approversText } from './step-details.js';
import { ago } from './time.js';

/** What a run asks, and the buttons that answer for who may decide. */
export function approvalView(approval: ApprovalView, principal: Principal, now: number): Html {
  const { id, run, workflow, step, message, approvers, requestedAt, dueAt } = approval;
  return html`<article class="approval" id="approval-${id}" aria-labelledby="approval-title-${id}">
    <h3 id="approval-title-${id}" class="ask">${cut(message, 2000)}</h3>
    <p class="muted">
      Step <a href="/runs/${run}#step-${step}">${step}</a> of <a href="${listPath({ workflow })}">${workflow}</a> asks
      ${approversText(approvers)} ·
      ${ago(requestedAt.toISOString(), now)}${dueAt !== null && html` · due ${ago(dueAt.toISOString(), now)}`}
    </p>
    ${mayDo(principal, 'approver') && isApprover(principal, approvers) ? form(id) : html`<p class="muted small">It is not for you to decide.</p>`}
  </article>`;
}

/** The comment has room for lines: in a field of one, Enter would approve. */
function form(id: string): Html {
  return html`<form method="post" action="/approvals/${id}/decision">
    <label for="comment-${id}">Comment <span class="muted">(optional)</span></label>
    <textarea id="comment-${id}" name="comment" rows="2" maxlength="2000"></textarea>
    <p class="buttons">
      <button id="reject-${id}" class="danger" type="submit" name="decision" value="reject">Reject</button>
      <button id="approve-${id}" class="primary" type="submit" name="decision" value="approve">Approve</button>
    </p>
  </form>`;
}
