import type { Principal } from '../../identity/index.js';
import { assets } from './assets.js';
import { html, type Html } from './html.js';

export interface Shell {
  readonly title: string;
  readonly main: Html;
  /** Who is signed in; nobody on the page to sign in at. */
  readonly principal: Principal | undefined;
  /** Approvals that wait for a decision. */
  readonly pending?: number | undefined;
  /** The page is read anew this often while it stays open, milliseconds. */
  readonly liveMs?: number | undefined;
  /** The script sends it back when it asks again. */
  readonly tag?: string | undefined;
  /** Where the script hears that there is something else to show. */
  readonly stream?: string | undefined;
  /** The hub's clock when the page was made, ms since 1970: durations that go on are counted by it. */
  readonly now?: number | undefined;
}

const logo = html`<svg class="logo" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
  <path d="M4 6h6M4 12h10M4 18h4" />
  <circle cx="15" cy="6" r="2.6" />
  <circle cx="19" cy="12" r="2.6" />
  <circle cx="13" cy="18" r="2.6" />
</svg>`;

export function layout({ title, main, principal, pending = 0, liveMs, tag, stream, now }: Shell): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · CommandCenter</title>
<link rel="icon" href="${assets.icon.href}" type="image/svg+xml">
<link rel="stylesheet" href="${assets.style.href}">
<script src="${assets.script.href}" defer></script>
${liveMs !== undefined && html`<noscript><meta http-equiv="refresh" content="${Math.ceil(liveMs / 1000) + 3}" /></noscript>`}
</head>
<body${liveMs !== undefined && html` data-live="${liveMs}"`}${tag !== undefined && html` data-tag="${tag}"`}${stream !== undefined && html` data-stream="${stream}"`}${now !== undefined && html` data-now="${now}"`}>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<div class="wide">
<a class="brand" href="/runs">${logo}<span>CommandCenter</span></a>
${principal !== undefined && navigation(principal, pending)}
</div>
</header>
<main id="main" class="wide" tabindex="-1">
${main}
</main>
</body>
</html>
`;
}

/** More are not counted for the header. */
export const MOST_PENDING = 99;

function navigation({ name, role }: Principal, pending: number): Html {
  const count = pending > MOST_PENDING ? `${MOST_PENDING}+` : String(pending);
  return html`<nav aria-label="Main">
      <a href="/runs">Runs</a>
      <span id="part-pending" data-part
        >${pending > 0 && html`<a href="/approvals">Approvals <span class="count">${count}</span></a>`}</span
      >
      <a href="/api/docs">API</a>
    </nav>
    <div class="who">
      <span class="who-name muted">${name}</span><span class="role">${role}</span>
      <form method="post" action="/session/end"><button class="quiet" type="submit">Sign out</button></form>
    </div>`;
}

/** What a page that renews itself shows of that. The script makes the button work; without it a link does the same. */
export function liveBar(pausePath: string): Html {
  return html`<div class="live">
    <span class="pulse" aria-hidden="true"></span><span id="live-note">Live</span>
    <button id="live-toggle" class="quiet" type="button" hidden>Pause</button>
    <noscript><a href="${pausePath}">Pause</a></noscript>
  </div>`;
}
