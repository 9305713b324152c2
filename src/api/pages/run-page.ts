import type { Principal } from '../../identity/index.js';
import type { RunStory, RunView } from '../../runs/index.js';
import type { Failure } from '../../workflow/index.js';
import { mayDo } from '../../identity/index.js';
import { cancelView } from './cancel-view.js';
import { grafanaLinks } from './grafana-links.js';
import { cut } from './cut.js';
import { html, type Html } from './html.js';
import { jsonBlock, JsonRoom } from './json.js';
import { layout, liveBar } from './layout.js';
import { liveInterval } from './live.js';
import { logsView, type LogsView } from './logs-view.js';
import { runFacts } from './run-facts.js';
import { listPath } from './runs-filter.js';
import { statusBadge } from './status.js';
import { stepDetails } from './step-details.js';
import { timelineOf } from './timeline.js';
import { timelineView } from './timeline-view.js';

export interface RunPage {
  readonly story: RunStory;
  readonly logs: Pick<LogsView, 'items' | 'more'>;
  /** The log as long as a page can show it, not only its end. */
  readonly long: boolean;
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
export function runPage({ story, logs, long, principal, grafana, now, live, tookMs, tag }: RunPage): Html {
  const renderedFrom = performance.now();
  const { run, name, events } = story;
  const open = run.finishedAt === null;
  const tooLong = logs.items.length > mostLiveLines;
  const follows = open && live && !tooLong;
  const room = new JsonRoom();
  const asked = events.find((event) => event.type === 'RunCancelRequested');
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
        <div id="part-cancel" data-part>
          ${open && (asked === undefined ? mayDo(principal, 'operator') && cancelView(run.id) : html`<span class="muted">Cancel requested${asked.by !== undefined && ` by ${asked.by}`}</span>`)}
        </div>
      </div>
    </div>
    <p id="part-status" class="hidden" role="status" data-part>The run ${statusWords[run.status]}.</p>
    <div id="part-error" data-part>${run.error !== null && failure(run.error)}</div>
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
      ${run.steps.map((step) => html`<div id="part-step-${step.id}" data-part>${stepDetails(step, api, room)}</div>`)}
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
    ...(follows && { liveMs: everyMs, tag: tag(everyMs) }),
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
    <h2>${step === undefined ? 'Why it ended' : html`Step <a href="#step-${step}">${step}</a> failed`}</h2>
    <p class="failure-text">${cut(message)}</p>
    ${cause !== undefined && html`<p class="failure-text muted">${cut(cause)}</p>`}
    <p class="muted"><code>${code}</code></p>
  </div>`;
}
