import type { HubClient } from '../hub/client.js';
import { isPassing } from '../hub/hub-error.js';
import { hasEnded, type ApprovalView, type RunView } from '../hub/shapes.js';
import { Asked } from './asked.js';
import { RunNews } from './run-news.js';

/** Told what is seen while a run is waited for. */
export interface Progress {
  /** Also again and again while nothing happens: time goes on. */
  seen(run: RunView): void;
  /** A step waits for a decision; told once. */
  asked(approval: ApprovalView): void;
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
/** Between two looks at a run in which much happens. */
const shortestPauseMs = 50;
const longestPauseMs = 1_000;
const tickMs = 1_000;

/** Looks at the run whenever its stream says that something happened, until it has ended. `undefined` = the timeout passed first. */
export async function watchRun(hub: HubClient, id: string, options: WatchOptions): Promise<RunView | undefined> {
  const { progress, signal, timeoutMs = Infinity } = options;
  const started = performance.now();
  const left = (): number => timeoutMs - (performance.now() - started);
  const asked = new Asked(hub, signal);
  const news = new RunNews(hub, id, signal);
  let run: RunView | undefined;
  let answered = started;
  try {
    for (let pause = shortestPauseMs; ;) {
      /** There is more to see than the stream tells. */
      let again = false;
      try {
        run = await hub.get<RunView>(`runs/${encodeURIComponent(id)}`, { signal, attempts: 1 });
        answered = performance.now();
        progress.seen(run);
        if (hasEnded(run)) return run;
        const { fresh, more } = await asked.of(run);
        for (const approval of fresh) progress.asked(approval);
        again = more || news.over;
      } catch (thrown) {
        if (!isPassing(thrown) || performance.now() - answered > patienceMs) throw thrown;
        progress.silent(thrown.message);
        again = true;
      }
      if (left() <= 0) return undefined;
      await news.pause(Math.min(pause, left()));
      const busy = news.take() || again;
      pause = busy ? Math.min(pause * 1.5, longestPauseMs) : shortestPauseMs;
      while (!busy && left() > 0) {
        await news.wait(Math.min(tickMs, left()));
        if (news.take()) break;
        if (run !== undefined && left() > 0) progress.seen(run);
      }
    }
  } finally {
    news.stop();
    progress.done();
  }
}
