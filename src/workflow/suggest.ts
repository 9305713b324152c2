/** Nobody writes names longer than this by hand, and comparing them takes the square of their length. */
const MAX_LENGTH = 60;
const MAX_CANDIDATES = 300;

/** ` Did you mean "x"?`, or nothing when no candidate is near enough to be a slip of the fingers. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  if (word.length > MAX_LENGTH) return '';
  let left = MAX_CANDIDATES;
  let best: string | undefined;
  let bestDistance = Math.min(3, Math.ceil(word.length / 3)) + 1;
  for (const candidate of candidates) {
    if (left-- === 0) break;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best === undefined ? '' : ` Did you mean "${best}"?`;
}

/** Rows of the table, kept: a file full of unknown names asks a hundred thousand times. */
let [beforeLast, last, row] = [0, 1, 2].map(() => new Uint16Array(MAX_LENGTH + 8)) as [Row, Row, Row];
type Row = Uint16Array<ArrayBuffer>;

/** Levenshtein distance with swaps of neighbours, given up at `limit`; only cells that can stay below it are looked at. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  for (let j = 0; j <= b.length; j++) last[j] = j;
  for (let i = 1; i <= a.length; i++) {
    const from = i > limit ? i - limit : 1;
    const to = i + limit < b.length ? i + limit : b.length;
    row[from - 1] = from === 1 ? i : limit;
    let least = row[from - 1]!;
    for (let j = from; j <= to; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let cost = last[j - 1]! + same;
      if (last[j]! < cost) cost = last[j]! + 1;
      if (row[j - 1]! < cost) cost = row[j - 1]! + 1;
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1))
        cost = beforeLast[j - 2]! < cost ? beforeLast[j - 2]! + 1 : cost;
      row[j] = cost;
      if (cost < least) least = cost;
    }
    // The next row looks one further.
    if (to < b.length) row[to + 1] = limit;
    if (least >= limit) return limit;
    [beforeLast, last, row] = [last, row, beforeLast];
  }
  return last[b.length]!;
}
