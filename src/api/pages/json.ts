import { html, type Html } from './html.js';

/** More than this of one value is not shown: the API has all of it. */
const MOST_CHARACTERS = 64_000;
/** Nor more than this of all values on a page: to make it must not hold up the hub, nor to show it the browser. */
const MOST_ON_A_PAGE = 256_000;
/** Colours make text many times as long. */
const MOST_COLOURED = 8_000;
/** More lines than this are folded away. */
const OPEN_LINES = 16;

/** What a page still has room for, in characters of JSON. One for each page. */
export class JsonRoom {
  constructor(private left = MOST_ON_A_PAGE) {}

  get isUsedUp(): boolean {
    return this.left <= 0;
  }

  /** As much of a text as there is room for. */
  take(text: string): string {
    const taken = text.slice(0, Math.min(MOST_CHARACTERS, this.left));
    this.left -= taken.length;
    return taken;
  }
}

export interface JsonBlock {
  /** For the script, which keeps open what was open. */
  readonly id: string;
  readonly title: string;
  readonly value: unknown;
  /** Where the whole value is. */
  readonly href: string;
  readonly room: JsonRoom;
}

/** A value as a person reads it: folded away when it is long. */
export function jsonBlock({ id, title, value, href, room }: JsonBlock): Html {
  if (value === null || value === undefined) return html`<p class="muted">none</p>`;
  if (room.isUsedUp)
    return html`<p class="muted">Not shown, as this page is long enough. <a href="${href}">All of it as JSON</a></p>`;
  const text = JSON.stringify(value, null, 2);
  const shown = room.take(text);
  const lines = text.split('\n').length;
  const body = html`<pre
      class="json"
      tabindex="0"
      aria-label="${title}"
    ><code>${shown.length > MOST_COLOURED ? shown : coloured(shown)}</code></pre>
    ${
      shown.length < text.length &&
      html`<p class="muted">
        Cut here: these are ${kilobytes(shown.length)} of ${kilobytes(text.length)}.
        <a href="${href}">All of it as JSON</a>
      </p>`
    }`;
  if (lines <= OPEN_LINES && text.length < 2000) return body;
  return html`<details id="${id}">
    <summary>Show <span class="muted">${lines} lines, ${kilobytes(text.length)}</span></summary>
    ${body}
  </details>`;
}

function kilobytes(characters: number): string {
  return characters < 1024 ? `${characters} B` : `${Math.round(characters / 1024)} KB`;
}

const tokens = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g;

/** Keys, texts and other values told apart. */
function coloured(text: string): Html[] {
  const parts: Html[] = [];
  let from = 0;
  for (const match of text.matchAll(tokens)) {
    const [, quoted, colon, plain] = match;
    if (match.index > from) parts.push(html`${text.slice(from, match.index)}`);
    const kind = plain !== undefined ? 'j-value' : colon !== undefined ? 'j-key' : 'j-text';
    parts.push(html`<span class="${kind}">${quoted ?? plain}</span>${colon}`);
    from = match.index + match[0].length;
  }
  return [...parts, html`${text.slice(from)}`];
}
