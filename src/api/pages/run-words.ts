import type { RunLine } from '../../runs/index.js';
import { html, type Html } from './html.js';

export function triggerText({ kind, by }: RunLine['trigger']): Html {
  return html`${kind}${by !== undefined && html` <span class="muted">by ${by}</span>`}`;
}

/** Cents matter only where there are any: most runs cost a fraction of one. */
export function costText(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '< $0.0001';
  return `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
}
