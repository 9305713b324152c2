import { html, type Html } from './html.js';
import { durationText, relativeText } from './time-words.js';

/** How long it took, or has until now while there is no end: the script counts on. */
export function tookText(from: number, to: number | null, now: number): Html | string {
  return to === null ? html`<span data-since="${from}">${durationText(now - from)}</span>` : durationText(to - from);
}

export function instant(iso: string | null): number | null {
  return iso === null ? null : Date.parse(iso);
}

/** `2026-11-23 14:03:22 UTC`. */
export function absoluteText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Relative, the exact time on hover; the script adds the reader's own. */
export function ago(iso: string, now: number): Html {
  const at = Date.parse(iso);
  return html`<time datetime="${iso}" title="${absoluteText(at)}" data-ago>${relativeText(at, now)}</time>`;
}

/** Exact, and how long ago. */
export function moment(iso: string, now: number): [exact: Html, relative: Html] {
  const at = Date.parse(iso);
  return [
    html`<time datetime="${iso}">${absoluteText(at)}</time>`,
    html`<time datetime="${iso}" data-ago>${relativeText(at, now)}</time>`,
  ];
}
