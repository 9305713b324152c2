import type { Principal } from '../../identity/index.js';
import type { Page, RunFilter, RunLine } from '../../runs/index.js';
import { names as telemetryNames } from '../../telemetry/index.js';
import { html, type Html } from './html.js';
import { layout, liveBar } from './layout.js';
import { liveInterval } from './live.js';
import { costText, triggerText } from './run-words.js';
import { listPath, runsFilter } from './runs-filter.js';
import { statusBadge } from './status.js';
import { ago } from './time.js';
import { durationText } from './time-words.js';

export interface RunsPage {
  readonly runs: Page<RunLine>;
  readonly filter: Pick<RunFilter, 'workflow' | 'status' | 'trigger' | 'cursor'>;
  readonly workflows: readonly { readonly id: string; readonly name: string }[];
  /** Approvals that wait for a decision. */
  readonly pending: number;
  readonly principal: Principal;
  readonly now: number;
  readonly live: boolean;
  /** What it took to read this, ms. */
  readonly tookMs: number;
}

const { otherWorkflow } = telemetryNames;
const liveMs = 5000;

export function runsPage({ runs, filter, workflows, pending, principal, now, live, tookMs }: RunsPage): Html {
  const first = filter.cursor === undefined;
  const names = new Map(workflows.map(({ id, name }) => [id, name]));
  const title =
    filter.workflow === undefined
      ? 'Runs'
      : filter.workflow === otherWorkflow
        ? 'Runs of other workflows'
        : `Runs of ${names.get(filter.workflow) ?? filter.workflow}`;
  const main = html`<div class="title">
      <h1>${title}</h1>
      <div class="actions">
        ${first && live && liveBar(listPath(filter, { live: 'off' }))}${first && !live && html`<a href="${listPath(filter)}">Follow live</a>`}
      </div>
    </div>
    ${runsFilter(filter, workflows)}
    <div id="part-runs" data-part>
      ${runs.items.length === 0 ? empty(filter, runs.nextCursor) : table(runs.items, names, now)}
    </div>
    <nav id="part-pages" class="pages" aria-label="Pages" data-part>
      ${!first && html`<a class="button" href="${listPath(filter)}">Newest runs</a>`}${runs.nextCursor !== null && html`<a class="button" href="${listPath(filter, { cursor: runs.nextCursor })}" rel="next">Older runs</a>`}
    </nav>`;
  return layout({
    title,
    main,
    principal,
    pending,
    liveMs: first && live ? liveInterval(liveMs, tookMs, main.text.length) : undefined,
  });
}

function table(runs: readonly RunLine[], names: ReadonlyMap<string, string>, now: number): Html {
  return html`<div class="scroll card flush" tabindex="0" role="region" aria-label="List of runs">
    <table class="runs">
      <caption class="hidden">
        Runs, newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">Status</th>
          <th scope="col">Run</th>
          <th scope="col">Trigger</th>
          <th scope="col">Started</th>
          <th scope="col" class="number">Duration</th>
          <th scope="col" class="number">Cost</th>
        </tr>
      </thead>
      <tbody>
        ${runs.map((run) => row(run, names.get(run.workflow) ?? run.workflow, now))}
      </tbody>
    </table>
  </div>`;
}

function row(run: RunLine, name: string, now: number): Html {
  const { id, status, workflow, trigger, startedAt, createdAt, finishedAt, usd } = run;
  const took =
    startedAt === null ? undefined : (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt);
  return html`<tr id="run-${id}">
    <td>${statusBadge(status)}</td>
    <th scope="row">
      <a id="link-${id}" class="run-link" href="/runs/${id}">${name}</a
      ><span class="under"
        ><a class="muted" href="${listPath({ workflow })}">${workflow}</a>
        <code class="muted">${id.slice(-12)}</code></span
      >
    </th>
    <td>${triggerText(trigger)}</td>
    <td>${ago(startedAt ?? createdAt, now)}</td>
    <td class="number">${took === undefined ? html`<span class="muted">-</span>` : durationText(took)}</td>
    <td class="number">${costText(usd)}</td>
  </tr>`;
}

function nothingFits({ workflow }: RunsPage['filter'], nextCursor: string | null): string {
  if (workflow === otherWorkflow)
    return 'On dashboards _other stands for all workflows beyond telemetry.workflowLabelBudget; it is the name of none. Choose a workflow above.';
  return nextCursor === null
    ? 'No run fits this filter.'
    : 'None of the newest runs fits this filter. Older ones are looked through when you ask for them.';
}

function empty(filter: RunsPage['filter'], nextCursor: string | null): Html {
  const filtered = [filter.workflow, filter.status, filter.trigger, filter.cursor].some((value) => value !== undefined);
  if (filtered)
    return html`<div class="card empty">
      <h2>No run like this</h2>
      <p class="muted">${nothingFits(filter, nextCursor)}</p>
      <p><a class="button" href="/runs">All runs</a></p>
    </div>`;
  return html`<div class="card empty">
    <h2>No runs yet</h2>
    <p class="muted">Start the first one from a terminal:</p>
    <pre class="json"><code>npx commandcenter run hello</code></pre>
  </div>`;
}
