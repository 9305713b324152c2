import type { LogLineView } from '../../runs/index.js';
import { html, type Html } from './html.js';

export interface LogsView {
  readonly items: readonly LogLineView[];
  /** There are older lines that are not shown. */
  readonly more: boolean;
  /** Where all of them are. */
  readonly allPath: string;
}

export function logsView({ items, more, allPath }: LogsView): Html {
  if (items.length === 0) return html`<p class="muted empty">The steps of this run have logged nothing.</p>`;
  return html`${more && html`<p class="muted">The last ${items.length} lines. <a href="${allPath}">Show all</a></p>`}
    <div class="scroll logs" id="log-lines" tabindex="0" role="region" aria-label="Log lines">
      <table>
        <caption class="hidden">
          Log lines, oldest first
        </caption>
        <thead class="hidden">
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Level</th>
            <th scope="col">Step</th>
            <th scope="col">Message</th>
          </tr>
        </thead>
        <tbody>
          ${items.map(line)}
        </tbody>
      </table>
    </div>`;
}

function line({ at, level, step, attempt, message, fields }: LogLineView): Html {
  return html`<tr class="level-${/^[a-z]+$/.test(level) ? level : 'other'}">
    <td><time datetime="${at}">${at.slice(11, 23)}</time></td>
    <td class="level">${level}</td>
    <td>${step}${attempt > 1 && html`<span class="muted"> #${attempt}</span>`}</td>
    <td class="message">${message}${fields !== null && html` <span class="muted">${JSON.stringify(fields)}</span>`}</td>
  </tr>`;
}
