import type { HubClient } from '../hub/client.js';
import type { ApprovalView, Page, RunView } from '../hub/shapes.js';

/** More than this wait for a decision at once in one run: the rest is told when some of these are decided. */
const most = 100;

/** What the steps of a run ask people, each told once. */
export class Asked {
  readonly #told = new Set<string>();

  constructor(
    private readonly hub: HubClient,
    private readonly signal: AbortSignal,
  ) {}

  /** Those not told yet; and whether a step asks what cannot be read yet: it waits a moment before that is written. */
  async of(run: RunView): Promise<{ readonly fresh: readonly ApprovalView[]; readonly more: boolean }> {
    const asking = run.steps.filter(({ path, wait }) => wait?.kind === 'approval' && !this.#told.has(path));
    if (asking.length === 0) return { fresh: [], more: false };
    const query = { run: run.id, status: 'pending', limit: most };
    const { items } = await this.hub.get<Page<ApprovalView>>('approvals', {
      query,
      signal: this.signal,
      attempts: 1,
    });
    const fresh = items.filter(({ step }) => !this.#told.has(step));
    for (const { step } of fresh) this.#told.add(step);
    return { fresh, more: items.length < most && asking.some(({ path }) => !this.#told.has(path)) };
  }
}
