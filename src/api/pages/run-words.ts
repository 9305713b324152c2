import type { RunLine } from '../../runs/index.js';
import { html, type Html } from './html.js';
import { runLink } from './wait-view.js';

/** What started a run, and who or which other run was behind it. */
export function triggerText({ kind, by, of, parent }: RunLine['trigger']): Html {
  if (parent !== undefined)
    return html`${kind} <span class="muted">by step ${parent.step} of ${runLink(parent.run)}</span>`;
  if (of !== undefined) return html`${kind} <span class="muted">of ${runLink(of)}</span>`;
  return html`${kind}${by !== undefined && html` <span class="muted">by ${by}</span>`}`;
}

/** Cents matter only where there are any: most runs cost a fraction of one. */
export function costText(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '< $0.0001';
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
