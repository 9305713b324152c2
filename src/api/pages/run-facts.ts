import type { RunView } from '../../runs/index.js';
import { html, type Html } from './html.js';
import { listPath } from './runs-filter.js';
import { costText } from './run-words.js';
import { ago, durationText, moment } from './time.js';

/** What is known of a run beside its steps: each fact a line, what explains it below. */
export function runFacts(run: RunView, now: number): Html {
  const { id, workflow, version, trigger, createdAt, startedAt, finishedAt, traceId, cost } = run;
  const ended = finishedAt === null ? now : Date.parse(finishedAt);
  const took = startedAt === null ? undefined : durationText(ended - Date.parse(startedAt));
  // Noted when steps end: of an open run this is what was, not what is.
  const active = finishedAt !== null && `${durationText(cost.activeSeconds * 1000)} with a step at work`;
  const due = trigger.scheduledFor === undefined ? undefined : html`due ${ago(trigger.scheduledFor, now)}`;
  return html`<dl class="facts">
    ${fact('Duration', html`<span class="big">${took ?? '-'}</span>`, active)}
    ${fact('Cost', html`<span class="big">${costText(cost.usd)}</span>`, finishedAt === null && 'so far')}
    ${startedAt === null ? fact('Started', 'not yet', html`queued ${ago(createdAt, now)}`) : fact('Started', ...moment(startedAt, now))}
    ${finishedAt === null ? fact('Ended', 'not yet') : fact('Ended', ...moment(finishedAt, now))}
    ${fact('Trigger', trigger.kind, due ?? (trigger.by !== undefined && `by ${trigger.by}`))}
    ${fact('Workflow', html`<a href="${listPath({ workflow })}">${workflow}</a>`, html`version <code>${version}</code>`)}
    ${fact('Run', html`<code>${id}</code>`)} ${fact('Trace', traceId === null ? 'none' : html`<code>${traceId}</code>`)}
  </dl>`;
}

function fact(name: string, value: Html | string, more: Html | string | false = false): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}${more !== false && html`<span class="muted more">${more}</span>`}</dd>
  </div>`;
}
