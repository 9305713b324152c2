import { isJson, type Json } from './check.ts';
import { type Html, html } from './html.ts';
import { mrkdwn, plain } from './mrkdwn.ts';

/** The body of a message: its text only where there are no blocks, as Slack does. */
export function bodyOf(payload: Json): Html {
  const { text, blocks, attachments } = payload;
  const own = listOf(blocks);
  const notes = listOf(attachments);
  const hidden = own.length > 0 || notes.some((note) => note['blocks'] !== undefined);
  return html`${!hidden && typeof text === 'string' && html`<div class="text">${mrkdwn(text)}</div>`}
  ${hidden && typeof text === 'string' && text !== '' && html`<div class="text lead">${mrkdwn(text)}</div>`}
  ${own.map(block)}${notes.map(attachment)}`;
}

function attachment(note: Json): Html {
  const colour = /^#[0-9a-f]{6}$/i.test(str(note['color'])) ? str(note['color']) : '#8d8d8d';
  const inside =
    note['blocks'] === undefined
      ? html`<div class="text">${mrkdwn(str(note['text'] ?? note['fallback']))}</div>`
      : listOf(note['blocks']).map(block);
  return html`<div class="attachment">
    <span class="bar" style="background:${colour}"></span>
    <div>${inside}</div>
  </div>`;
}

function block(it: Json): Html {
  switch (it['type']) {
    case 'header':
      return html`<h3>${textOf(it['text'])}</h3>`;
    case 'section':
      return html`<div class="section">
        <div>
          ${it['text'] !== undefined && html`<div class="text">${textOf(it['text'])}</div>`}
          ${
            it['fields'] !== undefined &&
            html`<div class="fields">
              ${listOf(it['fields']).map((field) => html`<div class="text">${textOf(field)}</div>`)}
            </div>`
          }
        </div>
        ${isJson(it['accessory']) && element(it['accessory'])}
      </div>`;
    case 'context':
      return html`<div class="context">
        ${listOf(it['elements']).map((part) => html`<span>${element(part)}</span>`)}
      </div>`;
    case 'actions':
      return html`<div class="actions">${listOf(it['elements']).map(element)}</div>`;
    case 'divider':
      return html`<hr />`;
    case 'image':
      return element(it);
    default:
      return html`<div class="text">${richText(it)}</div>`;
  }
}

function element(it: Json): Html {
  if (it['type'] === 'image')
    return html`<a class="picture" href="${str(it['image_url'])}" rel="noreferrer noopener"
      >🖼 ${str(it['alt_text'])}</a
    >`;
  if (it['type'] !== 'button') return html`${textOf(it)}`;
  const url = str(it['url']);
  const kind = ['primary', 'danger'].includes(str(it['style'])) ? str(it['style']) : '';
  return /^https?:\/\//i.test(url)
    ? html`<a class="button ${kind}" href="${url}" title="${url}" rel="noreferrer noopener" target="_blank"
        >${textOf(it['text'])}</a
      >`
    : html`<span class="button ${kind}">${textOf(it['text'])}</span>`;
}

function richText(it: Json): Html[] {
  if (Array.isArray(it['elements'])) {
    const inside = listOf(it['elements']).map(richText);
    if (it['type'] === 'rich_text_preformatted') return [html`<pre>${inside}</pre>`];
    if (it['type'] === 'rich_text_quote') return [html`<blockquote>${inside}</blockquote>`];
    if (it['type'] === 'rich_text_list')
      return [
        html`<ul>
          ${inside.map((line) => html`<li>${line}</li>`)}
        </ul>`,
      ];
    return inside.flat();
  }
  if (it['type'] === 'broadcast') return mrkdwn('<!channel>');
  return [html`${str(it['text'] ?? it['url'])}`];
}

/** A text object. */
function textOf(text: unknown): Html | Html[] {
  if (!isJson(text)) return html``;
  return text['type'] === 'mrkdwn' ? mrkdwn(str(text['text'])) : plain(str(text['text']));
}

const str = (value: unknown): string => (typeof value === 'string' ? value : '');
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);
