import type { Failure } from '../../workflow/index.js';
import { cut } from './cut.js';
import { html, type Html } from './html.js';
import { itemsView } from './items-view.js';
import { jsonBlock, type JsonRoom } from './json.js';
import { statusBadge } from './status.js';
import { itemsText, type StepRow } from './step-rows.js';
import { runLink, waitView } from './wait-view.js';

/** What came out of a step. Failed ones are open: they are what one looks for. */
export function stepDetails(row: StepRow, href: string, room: JsonRoom, now: number): Html {
  const { step, items, final, kept } = row;
  const { id, uses, status, error, attempt } = step;
  return html`<details class="step" id="step-${id}" ${status === 'failed' && html` open`}>
    <summary>
      <span class="step-name">${id}</span>
      <span class="muted uses">${uses}</span>
      ${statusBadge(status)}${attempt > 1 && html` <span class="muted small">${attempt} attempts</span>`}
      ${items.length > 0 && html`<span class="muted small">${itemsText(items)}</span>`}
      ${final && html`<span class="tag">finally</span>`}${kept && html`<span class="tag">kept</span>`}
    </summary>
    ${kept && html`<p class="muted">It came to this in the run before, and was not done again.</p>`}
    ${error !== null && failure(error)} ${said(row, now)} ${items.length > 0 && itemsView(row, href, now)}
    ${outcome(row, href, room)}
  </details>`;
}

function failure({ message, cause, code, type }: Failure): Html {
  return html`<div class="failure">
    <p class="failure-text">${cut(message)}</p>
    ${cause !== undefined && html`<p class="failure-text muted">${cut(cause)}</p>`}
    <p class="muted"><code>${code}</code> ${type}</p>
  </div>`;
}

/** What a step of another kind than an agent's has to tell: what it waits for, whom it asks, the run it started. */
function said({ step, children }: StepRow, now: number): Html | false {
  const waits = waitView(step, now);
  const child = children.get(step.path);
  if (waits === false) return child !== undefined && html`<p>Started ${runLink(child)}.</p>`;
  const { message, approvers } = step.wait!;
  return html`<p>Waits ${waits}.</p>
    ${message !== undefined && html`<p class="failure-text">${cut(message)}</p>`}
    ${approvers !== undefined && html`<p class="muted">Asks ${approversText(approvers)}.</p>`}`;
}

export function approversText(approvers: readonly string[]): Html {
  return html`${approvers.map((one, n) => html`${n > 0 && ', '}<code>${one}</code>`)}`;
}

function outcome({ step, items }: StepRow, href: string, room: JsonRoom): Html | false {
  const { id, status, error, output, outputLeftOut } = step;
  if (outputLeftOut !== undefined)
    return html`<h3>Output</h3>
      <p class="muted">
        Not shown, as the run has too much of it. <a href="${outputLeftOut.href}">All of it as JSON</a>
      </p>`;
  if (status === 'succeeded')
    return html`<h3>Output</h3>
      ${jsonBlock({ id: `step-output-${id}`, title: `Output of ${id}`, value: output, href, room })}`;
  if (error !== null || items.length > 0) return false;
  return html`<p class="muted">No output${status === 'skipped' ? ': it was skipped' : ' yet'}.</p>`;
}
