import { html, type Html } from './html.js';
import { statusBadge } from './status.js';
import { itemsText } from './step-rows.js';
import { tookText } from './time.js';
import { durationText, relativeText } from './time-words.js';
import { ticksOf } from './ticks.js';
import type { Bar, Timeline, Track } from './timeline.js';
import { waitView } from './wait-view.js';

/** The steps as a table with a picture of time in each row; what the picture says stands in its label too. */
export function timelineView(timeline: Timeline, now: number): Html {
  const scale = scaleOf(timeline);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Timeline of the steps">
      <table class="gantt" ${timeline.open && html`data-from="${timeline.from}" data-to="${timeline.to}"`}>
        <caption class="hidden">
          Steps in the order of their needs, with every attempt
        </caption>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Status</th>
            <th scope="col" class="track">${axis(scale)}</th>
            <th scope="col" class="number">Took</th>
          </tr>
        </thead>
        <tbody>
          ${timeline.tracks.map((track) => row(track, scale, now))}
        </tbody>
      </table>
    </div>
    <p class="legend" aria-hidden="true">
      <span
        ><svg viewBox="0 0 28 12"><rect class="bar succeeded" x="1" y="1" width="26" height="10" rx="3" /></svg
        >succeeded</span
      >
      <span
        ><svg viewBox="0 0 28 12">
          <rect class="bar failed" x="1" y="1" width="26" height="10" rx="3" />
          <path class="mark" d="M11 3l6 6M17 3l-6 6" /></svg
        >failed</span
      >
      <span
        ><svg viewBox="0 0 28 12"><rect class="bar running" x="1" y="1" width="26" height="10" rx="3" /></svg
        >running</span
      >
      <span
        ><svg viewBox="0 0 28 12"><line class="wait" x1="1" x2="27" y1="6" y2="6" /></svg>waits</span
      >
    </p>`;
}

interface Scale {
  readonly to: number;
  readonly span: number;
  readonly ticks: readonly number[];
  /** Of a time since 1970: its place in percent. */
  readonly place: (at: number) => number;
}

function scaleOf({ from, to }: Timeline): Scale {
  const span = Math.max(1, to - from);
  const place = (at: number) => Math.min(100, Math.max(0, ((at - from) / span) * 100));
  return { to, span, ticks: ticksOf(span), place };
}

/** A label close to the right edge would be cut. */
const lastLabel = 92;

function axis({ span, ticks }: Scale): Html {
  return html`<span class="hidden">Time since the start</span
    ><svg class="axis" width="100%" height="18" aria-hidden="true" focusable="false">
      ${ticks.map((tick, n) => {
        const x = (tick / span) * 100;
        return (
          x <= lastLabel &&
          html`<text data-tick="${n}" x="${percent(x)}" y="13">${tick === 0 ? '0' : durationText(tick)}</text>`
        );
      })}
    </svg>`;
}

function row(track: Track, scale: Scale, now: number): Html {
  const { row, bars, dueAt } = track;
  const { step, final } = row;
  return html`<tr>
    <th scope="row">
      <a href="#step-${step.id}">${step.id}</a>${final && html` <span class="tag">finally</span>`}<span
        class="muted uses"
        >${step.uses}</span
      >
    </th>
    <td>${statusBadge(step.status)}${note(track, now)}</td>
    <td class="track">
      ${bars.length > 0 ? picture(bars, scale) : html`<span class="muted small">${whyNothing(track)}</span>`}${dueAt !== undefined && html`<span class="hidden">next attempt ${relativeText(dueAt, now)}</span>`}
    </td>
    <td class="number">
      ${bars.length > 0 ? tookOf(bars[0]!.from, bars.at(-1)!, now) : html`<span class="muted">-</span>`}
    </td>
  </tr>`;
}

/** An end that is now is none: the bar is open. */
function goesOn({ to, outcome }: Bar, now: number): boolean {
  return (outcome === 'running' || outcome === 'waiting') && to === now;
}

function tookOf(from: number, last: Bar, now: number): Html | string {
  return tookText(from, goesOn(last, now) ? null : last.to, now);
}

function whyNothing({ skipped, row }: Track): string {
  return skipped ?? (row.kept ? 'kept from the run before' : '');
}

function note({ row, dueAt }: Track, now: number): Html | false {
  const { step, items } = row;
  const small = (text: Html | string) => html`<span class="muted small">${text}</span>`;
  if (dueAt !== undefined)
    return small(`attempt ${step.attempt + 1} ${dueAt > now ? relativeText(dueAt, now) : 'due'}`);
  if (items.length > 0) return small(itemsText(items));
  const waits = waitView(step, now);
  if (waits !== false) return small(waits);
  return step.attempt > 1 && small(`${step.attempt} attempts`);
}

function picture(bars: readonly Bar[], scale: Scale): Html {
  return html`<svg class="bars" width="100%" height="26" role="img" aria-label="${bars.map(words).join('; ')}">
    ${scale.ticks.map((tick, n) => html`<line data-tick="${n}" class="grid" x1="${percent((tick / scale.span) * 100)}" x2="${percent((tick / scale.span) * 100)}" y1="0" y2="26" />`)}
    ${bars.map((bar) => shape(bar, scale))}
  </svg>`;
}

/** Narrower than this (percent) a bar could not be seen, and a mark would not fit. */
const narrowest = 0.6;
const roomForMark = 3;

function shape(bar: Bar, scale: Scale): Html {
  const { place } = scale;
  const from = Math.min(place(bar.from), 100 - narrowest);
  const to = Math.max(place(bar.to), from + narrowest);
  const open = goesOn(bar, scale.to) && html`data-open`;
  if (bar.kind === 'wait')
    return html`<line ${open} class="wait" x1="${percent(from)}" x2="${percent(to)}" y1="13" y2="13"
      ><title>${words(bar)}</title></line
    >`;
  const mark = bar.outcome === 'failed' ? '✕' : bar.outcome === 'cancelled' ? '■' : '';
  return html`<rect
      ${open}
      class="bar ${bar.outcome}"
      x="${percent(from)}"
      y="5"
      width="${percent(to - from)}"
      height="16"
      rx="4"
      ><title>${words(bar)}</title></rect
    >${
      mark !== '' &&
      to - from >= roomForMark &&
      html`<text class="mark" x="${percent((from + to) / 2)}" y="17" text-anchor="middle">${mark}</text>`
    }`;
}

function words({ kind, attempt, from, to, outcome, error, what }: Bar): string {
  const took = durationText(to - from);
  if (kind === 'wait') return `waited ${took} ${what ?? `after attempt ${attempt}`}`;
  if (kind === 'items') return `${what}, ${outcome === 'running' ? 'for' : `${outcome} after`} ${took}`;
  const why = error === undefined ? '' : ` (${error.code})`;
  return outcome === 'running'
    ? `attempt ${attempt} runs for ${took}`
    : `attempt ${attempt} ${outcome} after ${took}${why}`;
}

function percent(value: number): string {
  return `${value.toFixed(3)}%`;
}
