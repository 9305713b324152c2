import type { RunView } from '../../runs/index.js';
import { html, type Html } from './html.js';
import { listPath } from './runs-filter.js';
import { costText } from './run-words.js';
import { runLink } from './wait-view.js';
import { ago, instant, moment, tookText } from './time.js';
import { durationText } from './time-words.js';

/** What is known of a run beside its steps: each fact a line, what explains it below. */
export function runFacts(run: RunView, now: number): Html {
  const { id, workflow, version, trigger, createdAt, startedAt, finishedAt, traceId, cost } = run;
  const took = startedAt !== null && tookText(Date.parse(startedAt), instant(finishedAt), now);
  // Noted when steps end: of an open run this is what was, not what is.
  const active = finishedAt !== null && `${durationText(cost.activeSeconds * 1000)} with a step at work`;
  return html`<dl class="facts">
    ${fact('Duration', html`<span class="big">${took === false ? '-' : took}</span>`, active)}
    ${fact('Cost', html`<span class="big">${costText(cost.usd)}</span>`, finishedAt === null && 'so far')}
    ${startedAt === null ? fact('Started', 'not yet', html`queued ${ago(createdAt, now)}`) : fact('Started', ...moment(startedAt, now))}
    ${finishedAt === null ? fact('Ended', 'not yet') : fact('Ended', ...moment(finishedAt, now))}
    ${fact('Trigger', trigger.kind, origin(trigger, now))}
    ${fact('Workflow', html`<a href="${listPath({ workflow })}">${workflow}</a>`, html`version <code>${version}</code>`)}
    ${fact('Run', html`<code>${id}</code>`)} ${fact('Trace', traceId === null ? 'none' : html`<code>${traceId}</code>`)}
  </dl>`;
}

/** Where a run came from, beside the kind of its trigger. */
function origin({ by, of, parent, scheduledFor }: RunView['trigger'], now: number): Html | false {
  if (parent !== undefined) return html`by step ${parent.step} of ${runLink(parent.run)}`;
  if (scheduledFor !== undefined) return html`due ${ago(scheduledFor, now)}`;
  const who = by !== undefined && html`by ${by}`;
  return of === undefined ? who : html`of ${runLink(of)} ${who}`;
}

function fact(name: string, value: Html | string, more: Html | string | false = false): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}${more !== false && html`<span class="muted more">${more}</span>`}</dd>
  </div>`;
}
