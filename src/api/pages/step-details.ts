import type { StepView } from '../../runs/index.js';
import { html, type Html } from './html.js';
import { cut } from './cut.js';
import { jsonBlock, type JsonRoom } from './json.js';
import { statusBadge } from './status.js';

/** What came out of a step. Failed ones are open: they are what one looks for. */
export function stepDetails(step: StepView, href: string, room: JsonRoom): Html {
  const { id, uses, status, error, output, attempt } = step;
  return html`<details class="step" id="step-${id}" ${status === 'failed' && html` open`}>
    <summary>
      <span class="step-name">${id}</span>
      <span class="muted uses">${uses}</span>
      ${statusBadge(status)}${attempt > 1 && html` <span class="muted small">${attempt} attempts</span>`}
    </summary>
    ${
      error !== null &&
      html`<div class="failure">
        <p class="failure-text">${cut(error.message)}</p>
        ${error.cause !== undefined && html`<p class="failure-text muted">${cut(error.cause)}</p>`}
        <p class="muted"><code>${error.code}</code> ${error.type}</p>
      </div>`
    }
    ${
      status === 'succeeded'
        ? html`<h3>Output</h3>
            ${jsonBlock({ id: `step-output-${id}`, title: `Output of ${id}`, value: output, href, room })}`
        : error === null && html`<p class="muted">No output${status === 'skipped' ? ': it was skipped' : ' yet'}.</p>`
    }
  </details>`;
}
