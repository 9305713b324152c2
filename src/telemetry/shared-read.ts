/** An answer that does not come is given up, and may be asked for again. */
const giveUpMs = 30_000;

/**
 * Asks once for all who ask while the answer is on its way, however long that takes, and for `freshMs` after it came: a
 * question that has become slow must not be put again by every scrape until no connection is left.
 */
export function sharedRead<T>(read: () => T | Promise<T>, freshMs = 0): () => Promise<T> {
  let last: { readonly askedAt: number; answeredAt?: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const now = performance.now();
    const usable = ({ askedAt, answeredAt }: NonNullable<typeof last>) =>
      answeredAt === undefined ? now - askedAt < giveUpMs : now - answeredAt < freshMs;
    if (last !== undefined && usable(last)) return last.answer;
    const asked: NonNullable<typeof last> = { askedAt: now, answer: new Promise<T>((resolve) => resolve(read())) };
    last = asked;
    asked.answer.then(
      () => (asked.answeredAt = performance.now()),
      () => (last = last === asked ? undefined : last),
    );
    return asked.answer;
  };
}
