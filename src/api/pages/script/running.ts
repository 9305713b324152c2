import { durationText, pair, relativeText, units } from '../time-words.js';

/**
 * What depends on the time goes on with it, in the words and by the clock (data-now) of the hub: durations that have no end
 * yet (data-since), times told from now (data-ago), and the picture of time (data-from, data-to), which shows more and
 * more, so that what has ended shrinks and what goes on (data-open) reaches to its edge.
 */
export const running = `
  const units = ${JSON.stringify(units)};
  ${[pair, durationText, relativeText].join('\n')}
  const behindHub = Number(document.body.dataset.now) - Date.now();
  /* As the hub drew it, in percent; it draws all of it anew. */
  let drawn = { to: '', shapes: [] };
  const percents = (shape) =>
    Object.fromEntries([...shape.attributes].filter(({ value }) => value.endsWith('%')).map(({ name, value }) => [name, Number.parseFloat(value)]));
  const grow = (now) => {
    const table = document.querySelector('[data-to]');
    if (table === null) return;
    const { from, to } = table.dataset;
    if (drawn.to !== to)
      drawn = { to, shapes: [...table.querySelectorAll('svg > *')].map((shape) => [shape, percents(shape)]) };
    const by = Math.max(1, (now - from) / Math.max(1, to - from));
    const set = (shape, name, value) => shape.setAttribute(name, value.toFixed(3) + '%');
    for (const [shape, { x, x1, x2, width }] of drawn.shapes) {
      const open = 'open' in shape.dataset;
      if (x !== undefined) set(shape, 'x', x / by);
      if (width !== undefined) set(shape, 'width', open ? 100 - x / by : Math.max(0.3, width / by));
      if (x1 !== undefined) set(shape, 'x1', x1 / by);
      if (x2 !== undefined) set(shape, 'x2', open ? 100 : x2 / by);
      /* Of the marks of the time fewer and fewer have room. */
      const { tick } = shape.dataset;
      if (tick !== undefined) shape.setAttribute('visibility', tick % 2 ** Math.floor(Math.log2(by)) === 0 ? 'visible' : 'hidden');
    }
  };
  if (document.body.dataset.now !== undefined)
    setInterval(() => {
      if (document.hidden || document.body.classList.contains('paused')) return;
      const now = Date.now() + behindHub;
      for (const one of document.querySelectorAll('[data-since]'))
        one.textContent = durationText(now - Number(one.dataset.since));
      for (const one of document.querySelectorAll('time[data-ago]'))
        one.textContent = relativeText(Date.parse(one.dateTime), now);
      grow(now);
    }, 1000);
`;
