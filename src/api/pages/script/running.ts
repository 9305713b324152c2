import { durationText, pair } from '../time.js';

/** How long what goes on has taken (data-since) goes on with it, in the words and by the clock (data-now) of the hub. */
export const running = `
  ${pair}
  ${durationText}
  const behindHub = Number(document.body.dataset.now ?? Date.now()) - Date.now();
  setInterval(() => {
    if (document.hidden || document.body.classList.contains('paused')) return;
    for (const one of document.querySelectorAll('[data-since]'))
      one.textContent = durationText(Date.now() + behindHub - Number(one.dataset.since));
  }, 1000);
`;
