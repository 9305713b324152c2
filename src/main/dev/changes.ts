import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { changedFiles, snapshot, type Snapshot, type Watched } from './watched-files.js';

/**
 * Often enough to feel at once, and cheap: a few dozen `stat`. Watching by the system's events would miss folders that
 * a build removes and makes again, and mounted ones.
 */
const lookMs = 200;

/** What changed since this was made: a change that happens while the hub starts counts too. */
export class Changes {
  #seen: readonly Snapshot[];
  #changed = new Map<string, Set<string>>();

  constructor(private readonly watched: readonly Watched[]) {
    this.#seen = watched.map(snapshot);
  }

  get names(): string {
    return this.watched.map(({ name }) => name).join(', ');
  }

  /** Waits for a change, then until whoever writes has finished; answers it in words, or nothing once aborted. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    while (!signal.aborted) {
      await sleep(lookMs, undefined, { signal }).catch(() => undefined);
      const now = this.watched.map(snapshot);
      const fresh = this.#since(now);
      this.#seen = now;
      if (fresh.size === 0 && this.#changed.size > 0) return this.#take();
      this.#changed = merged(this.#changed, fresh);
    }
    return undefined;
  }

  #take(): string {
    const changed = this.#changed;
    this.#changed = new Map();
    return wordsFor(changed);
  }

  #since(now: readonly Snapshot[]): Map<string, Set<string>> {
    const found = new Map<string, Set<string>>();
    for (const [index, { name }] of this.watched.entries()) {
      const files = changedFiles(this.#seen[index]!, now[index]!);
      if (files.length > 0) found.set(name, new Set(files));
    }
    return found;
  }
}

function merged(one: Map<string, Set<string>>, other: Map<string, Set<string>>): Map<string, Set<string>> {
  return new Map(
    [...new Set([...one.keys(), ...other.keys()])].map((name) => [
      name,
      new Set([...(one.get(name) ?? []), ...(other.get(name) ?? [])]),
    ]),
  );
}

/** `./greeter (greeter/dist/index.js and 2 more)` */
function wordsFor(changed: Map<string, Set<string>>): string {
  return [...changed]
    .map(([name, files]) => {
      const [first = '', ...rest] = [...files].map((file) => relative(process.cwd(), file));
      if (first === name) return name;
      return `${name} (${first}${rest.length === 0 ? '' : ` and ${rest.length} more`})`;
    })
    .join(', ');
}
