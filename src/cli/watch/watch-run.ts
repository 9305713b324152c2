import { setTimeout as sleep } from 'node:timers/promises';
import { CcError } from '../../errors/index.js';
import type { HubClient } from '../hub/client.js';
import { HubError } from '../hub/hub-error.js';
import { hasEnded, type RunView } from '../hub/shapes.js';

/** Told what is seen while a run is waited for. */
export interface Progress {
  seen(run: RunView): void;
  /** The hub does not answer at the moment; it is asked again. */
  silent(reason: string): void;
  /** No more will come: leave the terminal tidy. */
  done(): void;
}

export interface WatchOptions {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly timeoutMs: number | undefined;
}

/** A hub that restarts takes seconds; its runs survive, so we stay for a while. */
const patienceMs = 60_000;
const shortestPauseMs = 50;
const longestPauseMs = 1_000;

/** Asks until the run has ended: often at first, because most runs are short. `undefined` = the timeout passed first. */
export async function watchRun(hub: HubClient, id: string, options: WatchOptions): Promise<RunView | undefined> {
  const started = performance.now();
  let answered = started;
  try {
    for (let pause = shortestPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
      try {
        const run = await hub.get<RunView>(`runs/${encodeURIComponent(id)}`, { signal: options.signal, attempts: 1 });
        answered = performance.now();
        options.progress.seen(run);
        if (hasEnded(run)) return run;
      } catch (thrown) {
        if (!isPassing(thrown) || performance.now() - answered > patienceMs) throw thrown;
        options.progress.silent(thrown.message);
      }
      const left = options.timeoutMs === undefined ? Infinity : options.timeoutMs - (performance.now() - started);
      if (left <= 0) return undefined;
      await sleep(Math.min(pause, left), undefined, { signal: options.signal });
    }
  } finally {
    options.progress.done();
  }
}

function isPassing(thrown: unknown): thrown is Error {
  return (
    (thrown instanceof HubError && thrown.passing) ||
    (thrown instanceof CcError && thrown.code === 'CC_HUB_UNREACHABLE')
  );
}
