import type { Config, SecretSource } from '../config/index.js';
import { CcError } from '../errors/index.js';
import { Redactor } from './redactor.js';

/** How long a value is used before the source is asked again: a rotated file is seen, a busy step reads no disk. */
const maxAgeMs = 5_000;

/**
 * The values behind the names listed under `secrets:`, of the environment, a file, or the encrypted store, in this order. They are handed out, never logged and never stored. One a hub: what
 * leaves the process is blacked out by the one that hands the values out, which alone knows them all.
 */
export class Secrets {
  readonly #source: SecretSource;
  readonly #names: ReadonlySet<string>;
  readonly #known = new Map<string, { readonly value: string; readonly readAt: number }>();
  readonly #redactor = new Redactor();
  #stored: SecretSource = () => undefined;

  constructor(config: Pick<Config, 'secrets'> & Partial<Pick<Config, 'encryptionKeys'>>, source: SecretSource) {
    this.#source = source;
    this.#names = new Set(config.secrets);
    for (const key of config.encryptionKeys ?? []) this.hide(key);
    // Read now, so that a value is blacked out even before its first use.
    for (const name of this.#names) this.#read(name);
  }

  /** Asked for what the environment does not have. Throws CC_SECRET_SEALED for what it has and cannot open. */
  storeIs(stored: SecretSource): void {
    this.#stored = stored;
  }

  /** Whether a value comes from the environment (NAME or NAME_FILE), which goes before the store. */
  isOutside(name: string): boolean {
    return this.#source(name) !== undefined;
  }

  /** From now on this text is blacked out wherever it would leave the process. */
  hide(value: string): void {
    this.#redactor.add(value);
  }

  listed(): string[] {
    return [...this.#names];
  }

  resolve(name: string): string {
    if (!this.#names.has(name)) {
      throw new CcError(
        'CC_SECRET_UNKNOWN',
        `Secret ${name} is not listed; add it under "secrets:" in commandcenter.yaml`,
      );
    }
    const value = this.find(name);
    if (value !== undefined) return value;
    throw new CcError(
      'CC_SECRET_UNKNOWN',
      `Secret ${name} is listed but has no value; set ${name}, or ${name}_FILE to the path of a file, in the hub's environment, or store one: \`commandcenter secrets set ${name}\``,
    );
  }

  /** undefined when it has no value, or is not listed. */
  find(name: string): string | undefined {
    if (!this.#names.has(name)) return undefined;
    const known = this.#known.get(name);
    if (known !== undefined && performance.now() - known.readAt < maxAgeMs) return known.value;
    return this.#read(name);
  }

  /** The text with every value known so far, also a rotated one, replaced by `***`. Values under 4 characters stay. */
  redact(text: string): string {
    return this.#redactor.redact(text);
  }

  /** The same for all strings in a JSON value. */
  redactDeep<T>(value: T): T {
    return this.#redactor.redactDeep(value);
  }

  /** Bytes that any of them takes at most in any way of writing it, in JSON in JSON too. */
  get longest(): number {
    return this.#redactor.longest;
  }

  #read(name: string): string | undefined {
    const value = this.#source(name);
    if (value === undefined) return this.#stored(name);
    this.#known.set(name, { value, readAt: performance.now() });
    this.#redactor.add(value);
    return value;
  }
}
