/**
 * Keeps a page fresh that says how often (data-live): asks for it again and takes over the parts that are other. While it
 * hears from the hub it asks when it is told to, else again and again.
 */
export const live = `
  const intervalOf = (page) => Number(page.body.dataset.live ?? 0);
  let every = intervalOf(document);
  const parts = () => document.querySelectorAll('[data-part]');
  /* As the server sent it: what is on the page has other titles on its times, and details somebody opened. */
  const sent = new Map([...parts()].map((part) => [part.id, part.innerHTML]));
  localTimes(document);
  if (!(every > 0)) return;

  let tag = document.body.dataset.tag;
  const toggle = document.getElementById('live-toggle');
  const note = document.getElementById('live-note');
  let paused = false;
  let timer;
  let last = false;
  let failures = 0;
  let busy = false;
  let over = false;
  /* The hub asked not to be asked before that. */
  let restsUntil = 0;
  let renewedAt = performance.now();
  /* Nothing happens but time: bars grow. */
  const REDRAWN_EVERY = 30000;

  const isSelected = (part) => {
    const selection = getSelection();
    return selection !== null && !selection.isCollapsed && selection.containsNode(part, true);
  };
  const replace = (part, fresh) => {
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const lines = part.querySelector('#log-lines');
    const atEnd = lines !== null && lines.scrollHeight - lines.scrollTop - lines.clientHeight < 8;
    morph(part, fresh);
    remember(part);
    localTimes(part);
    if (atEnd) lines.scrollTop = lines.scrollHeight;
    if (focused === null || focused.isConnected) return;
    (document.getElementById(focused.id) ?? document.getElementById('main')).focus({ preventScroll: true });
  };

  /* Whether all of it is on the page now: what holds a selection stays until that is gone. */
  const renew = async () => {
    const { response, signedOut } = await read(location.href, tag && { 'if-none-match': tag });
    if (response.status === 304) return true;
    if (signedOut) location.reload();
    if (signedOut || !response.ok) throw response;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
    every = intervalOf(fresh);
    let all = true;
    for (const part of parts()) {
      const other = fresh.getElementById(part.id);
      if (other === null || other.innerHTML === sent.get(part.id)) continue;
      if (part.querySelector('#live-toggle') !== null && every > 0) continue;
      if (isSelected(part)) {
        all = false;
        continue;
      }
      sent.set(part.id, other.innerHTML);
      replace(part, other);
    }
    document.title = fresh.title;
    tag = all ? fresh.body.dataset.tag : undefined;
    return all;
  };

  const say = (text) => {
    if (note.textContent !== text) note.textContent = text;
  };
  const words = {
    403: 'You may not see this any more',
    404: 'This is not there any more',
    429: 'Too many requests, waiting',
    503: 'The hub is busy, trying again',
  };
  /* How long to wait after what went wrong, ms; not at all when asking again does not help. */
  const afterFailure = (thrown) => {
    const status = thrown instanceof Response ? thrown.status : 0;
    say(words[status] ?? 'The hub does not answer, trying again');
    if (status === 403 || status === 404) return undefined;
    failures += 1;
    /* Longer each time, and not all pages at once. */
    const backoff = Math.min(60000, 1500 * 2 ** failures) * (0.7 + 0.3 * Math.random());
    const wanted = 1000 * Number((status > 0 && thrown.headers.get('retry-after')) || 0);
    restsUntil = performance.now() + wanted;
    return Math.max(backoff, wanted);
  };
  const stop = () => {
    over = true;
    hearNoMore();
    toggle.hidden = true;
    document.body.classList.add('paused');
  };

  const behind = () => told !== undefined && tag?.startsWith('"' + told + '.') !== true;
  let dueAt = Infinity;
  const later = (ms) => {
    clearTimeout(timer);
    dueAt = performance.now() + ms;
    if (!paused && !document.hidden) timer = setTimeout(tick, ms);
  };
  const sooner = (ms) => {
    if (!busy && failures === 0 && performance.now() + ms < dueAt) later(ms);
  };
  const restOfWait = () => Math.max(0, restsUntil - performance.now());
  const follow = () =>
    hear({
      opened: () => later(failures > 0 ? restOfWait() : REDRAWN_EVERY),
      news: () => behind() && sooner(Math.max(0, renewedAt + every - performance.now())),
      lost: () => sooner(every),
    });

  const tick = async () => {
    if (busy) return;
    busy = true;
    let wait;
    try {
      const all = await renew();
      renewedAt = performance.now();
      failures = 0;
      say(all ? 'Live' : 'Live, but for what you selected');
      if (every === 0) hearNoMore();
      over = every === 0 && last && all;
      if (over) return;
      /* Once more after the end: the last lines of the log come a moment later. */
      last = every === 0 && all;
      if (every === 0) wait = 1000;
      else wait = listening() && all && !behind() ? REDRAWN_EVERY : every;
    } catch (thrown) {
      wait = afterFailure(thrown);
    } finally {
      busy = false;
    }
    if (wait === undefined) return stop();
    later(wait);
    if (every > 0 && !paused && !document.hidden) follow();
  };

  const rest = () => {
    hearNoMore();
    clearTimeout(timer);
  };
  toggle.hidden = false;
  toggle.addEventListener('click', () => {
    paused = !paused;
    toggle.textContent = paused ? 'Go on' : 'Pause';
    say(paused ? 'Paused' : 'Live');
    document.body.classList.toggle('paused', paused);
    if (paused) rest();
    else tick();
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) rest();
    else if (!paused && !over) later(restOfWait());
  });
  later(every);
  if (!document.hidden) follow();
`;
