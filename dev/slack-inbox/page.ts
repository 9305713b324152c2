import { readFileSync } from 'node:fs';
import type { Behaviour } from './behaviour.ts';
import { bodyOf } from './blocks-html.ts';
import { Html, html } from './html.ts';
import type { SlackMessage } from './mailbox.ts';

const file = (name: string): Html => new Html(readFileSync(new URL(name, import.meta.url), 'utf8'));
const style = file('./page.css');
const script = file('./page.js');

/** More would make the page slow; `GET /messages` has them all. */
const shown = 200;

/** Everything there is, channel by channel, newest message last, as Slack shows it. */
export function page(messages: readonly SlackMessage[], version: number, behaviour: Behaviour): string {
  const last = messages.slice(-shown);
  const channels = [...new Set(last.map(({ channel }) => channel))];
  const odd = behaviour.status !== 200 || behaviour.drop || (behaviour.delayMs ?? 0) > 0;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Slack inbox (${messages.length})</title>
        <style>
          ${style}
        </style>
      </head>
      <body data-version="${version}">
        <header>
          <h1>Slack inbox</h1>
          <p>
            ${messages.length === 1 ? '1 message' : `${messages.length} messages`}. Nothing here leaves this machine.
          </p>
        </header>
        <main>
          ${odd && html`<p class="odd">Requests are now answered so: <code>${JSON.stringify(behaviour)}</code></p>`}
          ${messages.length > shown && html`<p class="odd">The last ${shown} are shown.</p>`}
          ${last.length === 0 && html`<p class="empty">No message yet.</p>`}
          ${channels.map((channel) => channelOf(channel, last))}
        </main>
        <script>
          ${script};
        </script>
      </body>
    </html>`.text;
}

function channelOf(channel: string, all: readonly SlackMessage[]): Html {
  const here = all.filter((message) => message.channel === channel);
  const known = new Set(here.map(({ ts }) => ts));
  const roots = here.filter(({ threadTs }) => threadTs === undefined || !known.has(threadTs));
  return html`<section class="channel">
    <h2># ${channel.replace(/^#/, '')}</h2>
    ${roots.map((root) => {
      const replies = here.filter(({ threadTs, ts }) => threadTs === root.ts && ts !== root.ts);
      return html`${messageOf(root)}${
        replies.length > 0 &&
        html`<div class="thread">
          <p>${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}</p>
          ${replies.map(messageOf)}
        </div>`
      }`;
    })}
  </section>`;
}

function messageOf({ payload, time, edits, via }: SlackMessage): Html {
  const iso = new Date(time).toISOString();
  const name = typeof payload['username'] === 'string' ? payload['username'] : 'CommandCenter';
  return html`<article>
    <span class="avatar" aria-hidden="true">CC</span>
    <div class="message">
      <p class="by">
        <b>${name}</b> <span class="app">APP</span> <time datetime="${iso}" data-format="{time_secs}">${iso}</time>
        <span class="via">${via}</span>
        ${edits.length > 0 && html`<span class="edited">(edited ${edits.length === 1 ? 'once' : `${edits.length} times`})</span>`}
      </p>
      ${bodyOf(payload)}
    </div>
  </article>`;
}
