// Slack's date tokens, in the reader's own time zone.
const two = { hour: '2-digit', minute: '2-digit' };
const tokens = {
  date_num: (at) => at.toLocaleDateString('sv'),
  date: (at) => at.toLocaleDateString(undefined, { dateStyle: 'long' }),
  date_short: (at) => at.toLocaleDateString(undefined, { dateStyle: 'medium' }),
  date_long: (at) => at.toLocaleDateString(undefined, { dateStyle: 'full' }),
  date_pretty: (at) => at.toLocaleDateString(undefined, { dateStyle: 'long' }),
  date_short_pretty: (at) => at.toLocaleDateString(undefined, { dateStyle: 'medium' }),
  date_long_pretty: (at) => at.toLocaleDateString(undefined, { dateStyle: 'full' }),
  time: (at) => at.toLocaleTimeString(undefined, two),
  time_secs: (at) => at.toLocaleTimeString(undefined, { ...two, second: '2-digit' }),
};
for (const time of document.querySelectorAll('time')) {
  const at = new Date(time.dateTime);
  time.title = time.dateTime;
  time.textContent = time.dataset.format.replace(/\{(\w+)\}/g, (all, name) => tokens[name]?.(at) ?? all);
}
const atEnd = sessionStorage.getItem('atEnd') !== 'no';
if (atEnd) scrollTo(0, document.body.scrollHeight);
setInterval(async () => {
  try {
    const { version } = await (await fetch('/version')).json();
    if (String(version) === document.body.dataset.version) return;
    const end = innerHeight + scrollY >= document.body.scrollHeight - 80;
    sessionStorage.setItem('atEnd', end ? 'yes' : 'no');
    location.reload();
  } catch {
    // The inbox has ended; it may come back.
  }
}, 1000);
