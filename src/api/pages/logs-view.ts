import type { LogLineView } from '../../runs/index.js';
import { cut } from './cut.js';
import { html, type Html } from './html.js';

export interface LogsView {
  readonly items: readonly LogLineView[];
  /** There are older lines that are not shown. */
  readonly more: boolean;
  /** The page with as many as a page can show; this is that page when there is none. */
  readonly longPath: string | undefined;
  /** Where all of them are, for programs. */
  readonly apiPath: string;
}

export function logsView({ items, more, longPath, apiPath }: LogsView): Html {
  if (items.length === 0) return html`<p class="muted empty">The steps of this run have logged nothing.</p>`;
  const all =
    longPath === undefined
      ? html`A page has room for no more. <a href="${apiPath}">All of them as JSON</a>`
      : html`<a href="${longPath}">Show all</a>`;
  return html`${more && html`<p class="muted">The last ${items.length} lines. ${all}</p>`}
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

function line({ seq, at, level, step, attempt, message, fields }: LogLineView): Html {
  // On its own: in this cell every space and line break is shown.
  const more = fields !== null && html` <span class="muted">${cut(JSON.stringify(fields))}</span>`;
  const said = html`${cut(message)}${more}`;
  return html`<tr id="log-${seq}" class="level-${/^[a-z]+$/.test(level) ? level : 'other'}">
    <td><time datetime="${at}">${at.slice(11, 23)}</time></td>
    <td class="level">${level}</td>
    <td>${step}${attempt > 1 && html`<span class="muted"> #${attempt}</span>`}</td>
    <td class="message">${said}</td>
  </tr>`;
}
