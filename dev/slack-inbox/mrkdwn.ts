import { type Html, html } from './html.ts';

/** Slack's mrkdwn as HTML. What would ping people is made loud: in an alert it means that a label was not escaped. */
export function mrkdwn(text: string): Html[] {
  return text.split(/(```[\s\S]+?```|`[^`\n]+`)/).flatMap((part, at) => (at % 2 === 0 ? specials(part) : [code(part)]));
}

/** plain_text: only the three escapes mean anything. */
export const plain = (text: string): Html => html`${unescape(text)}`;

function code(part: string): Html {
  const length = part.startsWith('```') ? 3 : 1;
  const inside = plain(part.slice(length, -length));
  return length === 3 ? html`<pre>${inside}</pre>` : html`<code>${inside}</code>`;
}

function specials(text: string): Html[] {
  return text.split(/<([^<>\n]+)>/).flatMap((part, at) => (at % 2 === 0 ? emphasis(part) : [special(part)]));
}

function special(inside: string): Html {
  const [target = '', label] = inside.split('|', 2);
  if (/^!(channel|here|everyone)$/.test(target))
    return html`<strong class="ping">@${target.slice(1)} would ping everybody</strong>`;
  if (/^!subteam\^/.test(target) || /^@[UW]/.test(target))
    return html`<strong class="ping">${label ?? target} would ping people</strong>`;
  const date = dateOf(target);
  if (date) return html`<time datetime="${date.iso}" data-format="${date.format}">${plain(label ?? date.iso)}</time>`;
  if (/^(https?:\/\/|mailto:)/i.test(target)) {
    const shown = plain(label ?? target);
    return html`<a href="${unescape(target)}" rel="noreferrer noopener" target="_blank">${shown}</a>`;
  }
  return html`&lt;${unescape(inside)}&gt;`;
}

function dateOf(target: string): { readonly iso: string; readonly format: string } | undefined {
  const [, seconds, format] = /^!date\^(\d{1,12})\^([^^]*)/.exec(target) ?? [];
  const at = new Date(Number(seconds) * 1_000);
  // What is beyond the end of JavaScript's time is no date.
  return format === undefined || Number.isNaN(at.getTime()) ? undefined : { iso: at.toISOString(), format };
}

const marks: readonly (readonly [RegExp, (inside: readonly Html[]) => Html])[] = [
  [/(?<![\w*])\*(?![\s*])([^*\n]*[^\s*])\*(?![\w*])/, (inside) => html`<b>${inside}</b>`],
  [/(?<![\w_])_(?![\s_])([^_\n]*[^\s_])_(?![\w_])/, (inside) => html`<i>${inside}</i>`],
  [/(?<![\w~])~(?![\s~])([^~\n]*[^\s~])~(?![\w~])/, (inside) => html`<s>${inside}</s>`],
];

function emphasis(text: string, from = 0): Html[] {
  const mark = marks[from];
  if (mark === undefined) return [plain(text)];
  return text
    .split(mark[0])
    .flatMap((part, at) => (at % 2 === 0 ? emphasis(part, from + 1) : [mark[1](emphasis(part, from + 1))]));
}

function unescape(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
