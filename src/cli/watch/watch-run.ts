import { setTimeout as sleep } from 'node:timers/promises';
import { CcError } from '../../errors/index.js';
import type { HubClient } from '../hub/client.js';
import { HubError } from '../hub/hub-error.js';
import { hasEnded, type ApprovalView, type Page, type RunView } from '../hub/shapes.js';

/** Told what is seen while a run is waited for. */
export interface Progress {
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
const shortestPauseMs = 50;
const longestPauseMs = 1_000;

/** Asks until the run has ended: often at first, because most runs are short. `undefined` = the timeout passed first. */
export async function watchRun(hub: HubClient, id: string, options: WatchOptions): Promise<RunView | undefined> {
  const started = performance.now();
  let answered = started;
  const told = new Set<string>();
  try {
    for (let pause = shortestPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
      try {
        const run = await hub.get<RunView>(`runs/${encodeURIComponent(id)}`, { signal: options.signal, attempts: 1 });
        answered = performance.now();
        options.progress.seen(run);
        if (hasEnded(run)) return run;
        for (const approval of await askedBy(hub, run, told, options.signal)) options.progress.asked(approval);
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

/** What steps of the run ask people and `told` does not have yet, which then has it. */
async function askedBy(hub: HubClient, run: RunView, told: Set<string>, signal: AbortSignal): Promise<ApprovalView[]> {
  const asks = run.steps.filter(({ path, wait }) => wait?.kind === 'approval' && !told.has(path));
  if (asks.length === 0) return [];
  // The step waits a moment before what it asks can be read: then it is looked for again the next time.
  const query = { run: run.id, status: 'pending', limit: 100 };
  const { items } = await hub.get<Page<ApprovalView>>('approvals', { query, signal, attempts: 1 });
  const fresh = items.filter(({ step }) => !told.has(step));
  for (const { step } of fresh) told.add(step);
  return fresh;
}

function isPassing(thrown: unknown): thrown is Error {
  return (
    (thrown instanceof HubError && thrown.passing) ||
    (thrown instanceof CcError && thrown.code === 'CC_HUB_UNREACHABLE')
  );
}
