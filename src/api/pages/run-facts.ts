import type { RunView } from '../../runs/index.js';
import { html, type Html } from './html.js';
import { ago, durationText, moment } from './time.js';
import { costText, triggerText } from './run-words.js';

export function runFacts(run: RunView, now: number): Html {
  const from = Date.parse(run.startedAt ?? run.createdAt);
  const to = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  const facts: readonly (readonly [string, Html | string])[] = [
    ['Duration', html`<span class="big">${run.startedAt === null ? '-' : durationText(to - from)}</span>`],
    [
      'Cost',
      html`<span class="big">${costText(run.cost.usd)}</span>
        <span class="muted">${durationText(run.cost.activeSeconds * 1000)} active</span>`,
    ],
    ['Trigger', triggerText(run.trigger)],
    [
      'Started',
      run.startedAt === null
        ? html`<span class="muted">not yet, queued ${ago(run.createdAt, now)}</span>`
        : moment(run.startedAt, now),
    ],
    ['Ended', run.finishedAt === null ? html`<span class="muted">not yet</span>` : moment(run.finishedAt, now)],
    [
      'Workflow',
      html`<a href="/runs?workflow=${encodeURIComponent(run.workflow)}">${run.workflow}</a>
        <span class="muted">version <code>${run.version}</code></span>`,
    ],
    ['Run', html`<code>${run.id}</code>`],
    ['Trace', run.traceId === null ? html`<span class="muted">none</span>` : html`<code>${run.traceId}</code>`],
  ];
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
