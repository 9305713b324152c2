import { digestOf, isFresh, runTag, type Shown } from './run-tag.js';

const shown: Shown = {
  standing: { seq: 7, status: 'running', lastLog: '42', asks: '' },
  readerId: 'ada',
  version: '1',
};
const { standing } = shown;
const made = 1_764_000_000_000;

describe('the tag of a page of a run', () => {
  const tag = runTag(shown, made, 1500);

  it('says for a while that nothing has changed, and then that the clock has', () => {
    expect([0, 1500, 4499, 4500, 60_000].map((later) => isFresh(tag, shown, made + later))).toEqual([
      ...[true, true, true],
      ...[false, false],
    ]);
  });

  it.each<[string, Shown]>([
    ['an event', { ...shown, standing: { ...standing, seq: 8 } }],
    ['a status', { ...shown, standing: { ...standing, status: 'waiting' } }],
    ['a log line', { ...shown, standing: { ...standing, lastLog: '43' } }],
    ['what it asks', { ...shown, standing: { ...standing, asks: '1 a' } }],
    ['a reader', { ...shown, readerId: 'bob' }],
    ['a hub', { ...shown, version: '2' }],
  ])('knows another page by %s', (_, other) => expect(isFresh(tag, other, made)).toBe(false));

  it('begins with what the stream of the page tells', () => expect(tag.startsWith(`"${digestOf(shown)}.`)).toBe(true));

  it.each([undefined, '', '"x"', '*', `W/${tag}`, tag.replace(/\.\d+\./, '.9999999999999.')])('is not %s', (forged) =>
    expect(isFresh(forged, shown, made)).toBe(false),
  );
});
