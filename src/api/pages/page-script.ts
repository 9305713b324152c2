/** The one script of the pages. Without it they work: it keeps them fresh, tells times in the reader's own zone, and finds a session that a link from elsewhere could not bring along. */
export const pageScript = `'use strict';
(() => {
  const localTimes = (root) => {
    for (const time of root.querySelectorAll('time[datetime]'))
      time.title = new Date(time.dateTime).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
  };
  const read = async (path) => {
    const response = await fetch(path, { headers: { accept: 'text/html' }, credentials: 'same-origin' });
    return { response, signedOut: new URL(response.url).pathname === '/login' };
  };

  /* The cookie does not travel with links from other sites; from this page it does. */
  const login = document.querySelector('[data-signed-in]');
  if (login !== null) {
    const next = login.dataset.signedIn;
    read(next).then(({ response, signedOut }) => {
      if (!signedOut && response.ok && document.getElementById('token').value === '') location.replace(next);
    }, () => undefined);
  }

  const intervalOf = (page) => Number(page.body.dataset.live ?? 0);
  let every = intervalOf(document);
  const parts = () => document.querySelectorAll('[data-part]');
  /* As the server sent it: what is on the page has other titles on its times, and details somebody opened. */
  const sent = new Map([...parts()].map((part) => [part.id, part.innerHTML]));
  localTimes(document);
  if (!(every > 0)) return;

  const toggle = document.getElementById('live-toggle');
  const note = document.getElementById('live-note');
  let paused = false;
  let timer;
  let last = false;

  const replace = (part, fresh) => {
    const open = new Map([...part.querySelectorAll('details[id]')].map((one) => [one.id, one.open]));
    const focused = part.contains(document.activeElement) ? document.activeElement.id : '';
    const lines = document.getElementById('log-lines');
    const top = lines === null ? 0 : lines.scrollTop;
    const atEnd = lines !== null && lines.scrollHeight - lines.scrollTop - lines.clientHeight < 8;
    part.replaceChildren(...fresh.childNodes);
    for (const [id, was] of open) {
      const now = document.getElementById(id);
      if (now !== null && was) now.open = true;
    }
    localTimes(part);
    const after = part.querySelector('#log-lines');
    if (after !== null) after.scrollTop = atEnd ? after.scrollHeight : top;
    if (focused !== '') (document.getElementById(focused) ?? document.getElementById('main')).focus({ preventScroll: true });
  };

  const renew = async () => {
    if (document.hidden) return;
    const { response, signedOut } = await read(location.href);
    if (signedOut) {
      location.reload();
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    every = intervalOf(fresh);
    for (const part of parts()) {
      const other = fresh.getElementById(part.id);
      if (other === null || other.innerHTML === sent.get(part.id)) continue;
      if (part.querySelector('#live-toggle') !== null && every > 0) continue;
      sent.set(part.id, other.innerHTML);
      replace(part, other);
    }
    document.title = fresh.title;
  };

  const tick = async () => {
    let wait = 5000;
    try {
      await renew();
      note.textContent = 'Live';
      /* Once more after the end: the last lines of the log come a moment later. */
      wait = every > 0 ? every : 1000;
      if (every === 0 && last) return;
      last = every === 0;
    } catch {
      note.textContent = 'The hub does not answer, trying again';
    }
    if (!paused) timer = setTimeout(tick, wait);
  };

  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    paused = !paused;
    toggle.textContent = paused ? 'Go on' : 'Pause';
    note.textContent = paused ? 'Paused' : 'Live';
    document.body.classList.toggle('paused', paused);
    clearTimeout(timer);
    if (!paused) tick();
  });
  timer = setTimeout(tick, every);
})();
`;
