import Table from 'cli-table3';

/** Narrow and without colour: it stands in the log of CI. */
const table = (...head: string[]) => new Table({ style: { head: [], border: [], compact: true }, head });
const short = (value: number) => Number(value.toPrecision(5));

/** What was found, for people, and the two ways in which a figure of a panel is right. */
export class Figures {
  readonly #shown = table('panel', 'series', 'a value');
  readonly #compared = table('panel', 'of', 'Prometheus', 'PostgreSQL, or callers');
  readonly #quantiles = table('panel', 'of', 'says, s', 'exact, s');

  toString(): string {
    return [this.#shown, this.#compared, this.#quantiles].map(String).join('\n');
  }

  show(title: string, series: number, labels: object, value: number): void {
    this.#shown.push([title, series, `${JSON.stringify(labels)} ${short(value)}`]);
  }

  /** Within 2 %. */
  expectSame(title: string, of: string, measured: number, truth: number): void {
    this.#compared.push([title, of, short(measured), short(truth)]);
    const within = Math.abs(measured - truth) <= 0.02 * truth;
    expect({ of, measured, truth, within }).toMatchObject({ within: true });
  }

  /** The bucket the panel names holds the exact quantile, give or take 2 % of the rank. `exact` ascends. */
  expectQuantile(
    title: string,
    of: string,
    q: number,
    said: number,
    exact: readonly number[],
    bounds: readonly number[],
  ): void {
    this.#quantiles.push([title, of, short(said), short(ranked(exact, q))]);
    const [lowest, highest] = [bucket(bounds, ranked(exact, q - 0.02)), bucket(bounds, ranked(exact, q + 0.02))];
    const named = bucket(bounds, said);
    const holds = lowest <= named && named <= highest;
    expect({ of, said, named, holds, exact: ranked(exact, q) }).toMatchObject({ holds: true });
  }

  /**
   * The panel says no more than callers do: `longer` holds how long they waited. One bucket is let pass, because the hub
   * takes the time when all is sent, which on a busy machine is after its caller has read it.
   */
  expectNoSlower(
    title: string,
    of: string,
    q: number,
    said: number,
    longer: readonly number[],
    bounds: readonly number[],
  ): void {
    this.#quantiles.push([title, of, short(said), short(ranked(longer, q))]);
    expect(bucket(bounds, said)).toBeLessThanOrEqual(bucket(bounds, ranked(longer, q)) + 1);
  }
}

const ranked = (ascending: readonly number[], rank: number) =>
  ascending[Math.min(ascending.length, Math.max(1, Math.ceil(rank * ascending.length))) - 1]!;

function bucket(bounds: readonly number[], value: number): number {
  const index = bounds.findIndex((bound) => value <= bound);
  return index < 0 ? bounds.length : index;
}
