import type { StepView } from '../../runs/index.js';
import { html, type Html } from './html.js';
import { ago } from './time.js';

/** What a waiting step waits for, and until when; nothing of one that does not wait. */
export function waitView({ wait, uses }: StepView, now: number): Html | false {
  if (wait === undefined) return false;
  const { kind, until, run } = wait;
  const due = until !== null && ago(until, now);
  switch (kind) {
    case 'sleep':
      return html`goes on ${due}`;
    case 'event':
      return html`for <code>${uses.replace(/^waitFor /, '')}</code>${due !== false && html`, ends ${due}`}`;
    case 'approval':
      return html`for a decision${due !== false && html`, due ${due}`}`;
    case 'workflow':
      return run === undefined ? false : html`for ${runLink(run)}`;
  }
}

export function runLink(id: string): Html {
  return html`<a href="/runs/${id}">run <code>${id.slice(-12)}</code></a>`;
}
