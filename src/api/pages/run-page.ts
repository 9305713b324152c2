import type { Principal } from '../../identity/index.js';
import type { RunStory, RunView } from '../../runs/index.js';
import type { Failure } from '../../workflow/index.js';
import type { ApprovalView } from '../../approvals/index.js';
import { placeOf } from '../../workflow/index.js';
import { approvalView } from './approval-view.js';
import { grafanaLinks } from './grafana-links.js';
import { cut } from './cut.js';
import { html, type Html } from './html.js';
import { jsonBlock, JsonRoom } from './json.js';
import { layout, liveBar } from './layout.js';
import { liveInterval } from './live.js';
import { logsView, type LogsView } from './logs-view.js';
import { runButtons } from './run-buttons.js';
import { runFacts } from './run-facts.js';
import { listPath } from './runs-filter.js';
import { statusBadge } from './status.js';
import { stepRows } from './step-rows.js';
import { stepDetails } from './step-details.js';
import { timelineOf } from './timeline.js';
import { timelineView } from './timeline-view.js';

export interface RunPage {
  readonly story: RunStory;
  readonly logs: Pick<LogsView, 'items' | 'more'>;
  /** The log as long as a page can show it, not only its end. */
  readonly long: boolean;
  /** Of this run, that wait for a decision. */
  readonly approvals: readonly ApprovalView[];
  /** Of all runs. */
  readonly pending: number;
  readonly principal: Principal;
  readonly grafana: string;
  readonly now: number;
  /** Reads itself anew while the run is open. */
  readonly live: boolean;
  /** What it took to read this, ms. */
  readonly tookMs: number;
  /** Names what the page shows, when it is asked for again this often. */
  readonly tag: (everyMs: number) => string;
}

const liveMs = 1500;
/** More lines are not read again and again: who follows a run needs its last ones. */
const mostLiveLines = 2000;

/** What changes while a run goes on stands in parts of its own, so that the rest stays as the reader left it. */
export function runPage(page: RunPage): Html {
  const { story, logs, long, approvals, pending, principal, grafana, now, live, tookMs, tag } = page;
  const renderedFrom = performance.now();
  const { run, name } = story;
  const open = run.finishedAt === null;
  const tooLong = logs.items.length > mostLiveLines;
  const follows = open && live && !tooLong;
  const room = new JsonRoom();
  const api = `/api/v1/runs/${run.id}`;
  const links = grafanaLinks(grafana, run);
  const main = html`<p class="crumbs">
      <a href="/runs">Runs</a> / <a href="${listPath({ workflow: run.workflow })}">${run.workflow}</a>
    </p>
    <div class="title">
      <div id="part-title" data-part>
        <h1>${name} ${statusBadge(run.status)}</h1>
      </div>
      <div class="actions">
        <div id="part-live" data-part>
          ${follows && liveBar(pathOf({ long, live: false }))}${open && !follows && html`<a href="${pathOf({ long: long && !tooLong, live: true })}">Follow live</a>`}
        </div>
        <div id="part-buttons" class="actions" data-part>${runButtons(story, principal)}</div>
      </div>
    </div>
    <p id="part-status" class="hidden" role="status" data-part>The run ${statusWords[run.status]}.</p>
    <div id="part-error" data-part>${run.error !== null && failure(run.error)}</div>
    <div id="part-approvals" data-part>
      ${
        approvals.length > 0 &&
        html`<section class="card approvals" aria-labelledby="approvals-title">
          <h2 id="approvals-title">Waits for a decision</h2>
          ${approvals.map((one) => approvalView(one, principal, now))}
        </section>`
      }
    </div>
    <section id="part-facts" class="card" aria-label="Facts" data-part>
      ${runFacts(run, now)}${links !== undefined && html`<p class="links"><a href="${links.trace}" target="_blank" rel="noreferrer">Trace in Grafana</a><a href="${links.logs}" target="_blank" rel="noreferrer">Logs in Grafana</a><a href="${api}">JSON</a></p>`}
    </section>
    <section class="card" aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <div id="part-timeline" data-part>${timelineView(timelineOf(story, now), now)}</div>
    </section>
    <div class="pair">
      <section class="card" aria-labelledby="input-title">
        <h2 id="input-title">Input</h2>
        ${jsonBlock({ id: 'input', title: 'Input of the run', value: run.input, href: api, room })}
      </section>
      <section class="card" aria-labelledby="output-title">
        <h2 id="output-title">Output</h2>
        <div id="part-output" data-part>${output(run, api, room)}</div>
      </section>
    </div>
    <section class="card" aria-labelledby="steps-title">
      <h2 id="steps-title">Steps</h2>
      ${stepRows(story).map((row) => html`<div id="part-step-${row.step.id}" data-part>${stepDetails(row, api, room, now)}</div>`)}
    </section>
    <section class="card" aria-labelledby="logs-title">
      <h2 id="logs-title">Logs</h2>
      <div id="part-logs" data-part>
        ${logsView({ ...logs, longPath: long ? undefined : pathOf({ long: true, live }), apiPath: `${api}/logs` })}
      </div>
    </section>`;
  const everyMs = liveInterval(liveMs, tookMs + performance.now() - renderedFrom, main.text.length);
  return layout({
    title: `${open ? '● ' : ''}${name} ${run.status}`,
    main,
    principal,
    pending,
    now,
    ...(follows && { liveMs: everyMs, tag: tag(everyMs), stream: `/runs/${run.id}/stream` }),
  });
}

/** Of this page, with what was chosen. */
function pathOf({ long, live }: { readonly long: boolean; readonly live: boolean }): string {
  return `?${[long && 'logs=all', !live && 'live=off'].filter((one) => one !== false).join('&')}`;
}

const statusWords: Readonly<Record<RunView['status'], string>> = {
  queued: 'is queued',
  running: 'is running',
  waiting: 'is waiting',
  paused: 'is paused',
  succeeded: 'has succeeded',
  failed: 'has failed',
  cancelled: 'was cancelled',
};

function output(run: RunView, href: string, room: JsonRoom): Html {
  if (run.finishedAt === null) return html`<p class="muted">The run has not ended yet.</p>`;
  return jsonBlock({ id: 'output', title: 'Output of the run', value: run.output, href, room });
}

function failure({ code, message, step, cause }: Failure): Html {
  return html`<div class="failure">
    <h2>${step === undefined ? 'Why it ended' : html`Step <a href="#step-${placeOf(step).id}">${step}</a> failed`}</h2>
    <p class="failure-text">${cut(message)}</p>
    ${cause !== undefined && html`<p class="failure-text muted">${cut(cause)}</p>`}
    <p class="muted"><code>${code}</code></p>
  </div>`;
}
