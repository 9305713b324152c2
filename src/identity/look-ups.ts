import { CcError } from '../errors/index.js';

/** Of ten connections for the hot path, strangers get so many. Each asks for one row by its key. */
const AT_ONCE = 4;
/** With so many before it, a question would be answered in a second at best. */
const MOST_WAITING = 1_000;

/** Questions to PostgreSQL about credentials that nobody here has seen: few at once, whoever sends how many. */
export class LookUps {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Throws CC_OVERLOADED when too many wait already. */
  async run<T>(ask: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running++;
    else await this.#turn();
    try {
      return await ask();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next(); // has the place of this one
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length < MOST_WAITING) return new Promise((resolve) => this.#waiting.push(resolve));
    throw new CcError('CC_OVERLOADED', `${MOST_WAITING} unknown tokens are being looked up already; try again`, {
      retryAfter: 1,
    });
  }
}
