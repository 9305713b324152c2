import type { Principal } from '../../identity/index.js';
import type { RunStory, RunView } from '../../runs/index.js';
import type { Failure } from '../../workflow/index.js';
import { mayDo } from '../../identity/index.js';
import { cancelView } from './cancel-view.js';
import { grafanaLinks } from './grafana-links.js';
import { html, type Html } from './html.js';
import { jsonBlock } from './json.js';
import { layout, liveBar } from './layout.js';
import { logsView, type LogsView } from './logs-view.js';
import { runFacts } from './run-facts.js';
import { listPath } from './runs-filter.js';
import { statusBadge } from './status.js';
import { stepDetails } from './step-details.js';
import { timelineOf } from './timeline.js';
import { timelineView } from './timeline-view.js';

export interface RunPage {
  readonly story: RunStory;
  readonly logs: LogsView;
  readonly principal: Principal;
  readonly grafana: string;
  readonly now: number;
  /** Reads itself anew while the run is open. */
  readonly live: boolean;
}

const liveMs = 1500;
/** To read a run with a long log costs the hub more. */
const longLog = 1000;
const longLiveMs = 6000;

/** What changes while a run goes on stands in parts of its own, so that the rest stays as the reader left it. */
export function runPage({ story, logs, principal, grafana, now, live }: RunPage): Html {
  const { run, name, events } = story;
  const open = run.finishedAt === null;
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
          ${open && live && liveBar('?live=off')}${open && !live && html`<a href="?">Follow live</a>`}
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
        ${jsonBlock({ id: 'input', title: 'Input of the run', value: run.input, href: api })}
      </section>
      <section class="card" aria-labelledby="output-title">
        <h2 id="output-title">Output</h2>
        <div id="part-output" data-part>${output(run, api)}</div>
      </section>
    </div>
    <section class="card" aria-labelledby="steps-title">
      <h2 id="steps-title">Steps</h2>
      ${run.steps.map((step) => html`<div id="part-step-${step.id}" data-part>${stepDetails(step, api)}</div>`)}
    </section>
    <section class="card" aria-labelledby="logs-title">
      <h2 id="logs-title">Logs</h2>
      <div id="part-logs" data-part>${logsView(logs)}</div>
    </section>`;
  return layout({
    title: `${open ? '● ' : ''}${name} ${run.status}`,
    main,
    principal,
    liveMs: open && live ? (events.length > longLog ? longLiveMs : liveMs) : undefined,
  });
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

function output(run: RunView, href: string): Html {
  if (run.finishedAt === null) return html`<p class="muted">The run has not ended yet.</p>`;
  return jsonBlock({ id: 'output', title: 'Output of the run', value: run.output, href });
}

function failure({ code, message, step, cause }: Failure): Html {
  return html`<div class="failure">
    <h2>${step === undefined ? 'Why it ended' : html`Step <a href="#step-${step}">${step}</a> failed`}</h2>
    <p class="failure-text">${message}</p>
    ${cause !== undefined && html`<p class="failure-text muted">${cause}</p>`}
    <p class="muted"><code>${code}</code></p>
  </div>`;
}
