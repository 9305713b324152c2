import type { StepView } from '../../runs/index.js';
import { cut } from './cut.js';
import { html, type Html } from './html.js';
import { statusBadge } from './status.js';
import { itemsText, type StepRow } from './step-rows.js';
import { instant, tookText } from './time.js';
import { runLink, waitView } from './wait-view.js';

/** More items than these are counted, not shown: a page of a thousand must stay one that people can read. */
const MOST_ITEMS = 40;

/** What one looks for comes first. */
const order = ['failed', 'cancelled', 'running', 'retrying', 'waiting', 'succeeded', 'pending', 'skipped'] as const;

/** The items of a step, folded away behind their count. */
export function itemsView({ step, items, children }: StepRow, href: string, now: number): Html {
  const sorted = order.flatMap((status) => items.filter((item) => item.status === status));
  const rest = sorted.slice(MOST_ITEMS);
  return html`<details id="items-${step.id}">
    <summary>Items <span class="muted">${itemsText(items)}</span></summary>
    <div class="scroll" tabindex="0" role="region" aria-label="Items of ${step.id}">
      <table class="items">
        <caption class="hidden">
          Items of ${step.id}: those that failed and those at work first
        </caption>
        <thead class="hidden">
          <tr>
            <th scope="col">Item</th>
            <th scope="col">Status</th>
            <th scope="col">Result</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>
          ${sorted.slice(0, MOST_ITEMS).map((item) => row(item, children.get(item.path), now))}
        </tbody>
      </table>
    </div>
    ${rest.length > 0 && html`<p class="muted">And ${rest.length} more: ${countsText(rest)}. <a href="${href}">All of them as JSON</a></p>`}
  </details>`;
}

function row(item: StepView, child: string | undefined, now: number): Html {
  const { id, path, status, attempt, startedAt, finishedAt } = item;
  return html`<tr id="item-${path}">
    <th scope="row"><code>${path.slice(id.length)}</code></th>
    <td>${statusBadge(status)}${attempt > 1 && html` <span class="muted small">${attempt} attempts</span>`}</td>
    <td class="result">${result(item, child, now)}</td>
    <td class="number">
      ${startedAt === null ? html`<span class="muted">-</span>` : tookText(Date.parse(startedAt), instant(finishedAt), now)}
    </td>
  </tr>`;
}

function result(item: StepView, child: string | undefined, now: number): Html | false {
  const { error, output } = item;
  if (error !== null) return html`${child !== undefined && html`${runLink(child)} `}${cut(error.message, 300)}`;
  const waits = waitView(item, now);
  if (waits !== false) return waits;
  if (child !== undefined) return runLink(child);
  return (
    output !== null && output !== undefined && html`<code class="muted">${cut(JSON.stringify(output), 120)}</code>`
  );
}

/** `900 succeeded, 60 pending` */
function countsText(items: readonly StepView[]): string {
  return order
    .map((status) => [items.filter((item) => item.status === status).length, status] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`)
    .join(', ');
}
