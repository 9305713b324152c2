import { Logger } from '@nestjs/common';
import { CcError, messageOf } from '../../errors/index.js';
import { inTime } from './in-time.js';

/** What a plugin may take for one factory or one hook of its start, and for one hook of its end. */
const startLimitMs = 20_000;
const endLimitMs = 10_000;

export interface LifeOf {
  readonly use: string;
  readonly name: string;
  readonly onError: 'fail' | 'skip';
}

/**
 * Whether a plugin that was loaded is fit to be used. All of its code that runs while the hub starts or ends runs
 * through here: what it throws, or does not finish, ends the start with a sentence that names it, or with
 * `onError: skip` leaves it out. It is then as if it were not listed, except that it is shown as failed.
 */
export class PluginLife {
  readonly #log = new Logger('Plugins');
  readonly #onBreak: (() => void)[] = [];
  #failure: CcError | undefined;
  #made = true;

  constructor(
    readonly of: LifeOf,
    private readonly limitMs = startLimitMs,
  ) {}

  get failure(): CcError | undefined {
    return this.#failure;
  }

  /** Called once when it breaks; at once if it has broken. */
  onBreak(then: () => void): void {
    if (this.#failure === undefined) this.#onBreak.push(then);
    else then();
  }

  /** Runs a constructor. `inert` stands in for what could not be made. */
  make<T>(what: string, make: () => T, inert: () => T): T {
    if (this.#failure !== undefined) return inert();
    try {
      return make();
    } catch (thrown) {
      this.#break(this.#threw(`while ${what} was made`, thrown), false);
      return inert();
    }
  }

  /** Runs a factory, which may be asynchronous. */
  async produce<T>(what: string, make: () => T | Promise<T>, inert: () => T): Promise<T> {
    if (this.#failure !== undefined) return inert();
    const place = `while ${what} was made`;
    try {
      return await inTime(this.limitMs, make(), () => this.#hung(place));
    } catch (thrown) {
      this.#break(this.#threw(place, thrown), false);
      return inert();
    }
  }

  async begin(what: string, hook: () => unknown): Promise<void> {
    if (this.#failure !== undefined) return;
    const place = `in ${what}`;
    try {
      await inTime(this.limitMs, hook(), () => this.#hung(place));
    } catch (thrown) {
      this.#break(this.#threw(place, thrown), true);
    }
  }

  /** The others, and the hub, must come to their end too. What was never made whole has nothing to end. */
  async end(what: string, hook: () => unknown): Promise<void> {
    if (!this.#made) return;
    const limitMs = Math.min(this.limitMs, endLimitMs);
    try {
      await inTime(limitMs, hook(), () => new Error(`it did not finish within ${limitMs / 1_000} s`));
    } catch (thrown) {
      this.#log.error(`Plugin ${this.of.name}: ${what} failed while the hub stopped: ${messageOf(thrown)}`);
    }
  }

  #break(error: CcError, made: boolean): void {
    this.#failure ??= error;
    this.#made &&= made;
    if (this.of.onError === 'fail') throw error;
    for (const then of this.#onBreak.splice(0)) then();
  }

  #threw(place: string, thrown: unknown): CcError {
    if (thrown instanceof CcError && thrown.code === 'CC_PLUGIN_HUNG') return thrown;
    const message = `Plugin ${this.of.name} ("${this.of.use}") threw ${place}: ${messageOf(thrown)}`;
    return new CcError('CC_PLUGIN_FAILED', message, { cause: thrown });
  }

  #hung(place: string): CcError {
    const message = `Plugin ${this.of.name} ("${this.of.use}") did not finish ${place} within ${this.limitMs / 1_000} s; let it start long work there without waiting for it`;
    return new CcError('CC_PLUGIN_HUNG', message);
  }
}
