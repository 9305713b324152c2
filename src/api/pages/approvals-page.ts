import type { ApprovalView } from '../../approvals/index.js';
import type { Principal } from '../../identity/index.js';
import type { Page } from '../../runs/index.js';
import { approvalView } from './approval-view.js';
import { html, type Html } from './html.js';
import { layout, liveBar } from './layout.js';
import { liveInterval } from './live.js';

export interface ApprovalsPage {
  readonly approvals: Page<ApprovalView>;
  /** Not the newest ones. */
  readonly older: boolean;
  readonly pending: number;
  readonly principal: Principal;
  readonly now: number;
  readonly live: boolean;
  /** What it took to read this, ms. */
  readonly tookMs: number;
}

const liveMs = 5000;

/** What waits for a decision, newest first. */
export function approvalsPage({ approvals, older, pending, principal, now, live, tookMs }: ApprovalsPage): Html {
  const { items, nextCursor } = approvals;
  const follows = live && !older;
  const main = html`<div class="title">
      <h1>Approvals</h1>
      <div class="actions">
        ${follows && liveBar('/approvals?live=off')}${!live && !older && html`<a href="/approvals">Follow live</a>`}
      </div>
    </div>
    <div id="part-approvals" data-part>
      ${
        items.length === 0
          ? nothing()
          : html`<div class="card approvals">
              <h2 class="hidden">What runs ask, newest first</h2>
              ${items.map((one) => approvalView(one, principal, now))}
            </div>`
      }
    </div>
    <nav id="part-pages" class="pages" aria-label="Pages" data-part>
      ${older && html`<a class="button" href="/approvals">Newest approvals</a>`}${nextCursor !== null && html`<a class="button" href="/approvals?cursor=${nextCursor}" rel="next">Older approvals</a>`}
    </nav>`;
  const everyMs = follows ? liveInterval(liveMs, tookMs, main.text.length) : undefined;
  return layout({ title: 'Approvals', main, principal, pending, liveMs: everyMs });
}

function nothing(): Html {
  return html`<div class="card empty">
    <h2>Nothing waits for a decision</h2>
    <p class="muted">Steps with <code>approval:</code> ask here.</p>
  </div>`;
}
