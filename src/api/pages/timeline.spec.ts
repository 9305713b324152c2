import type { RunStory, StepView } from '../../runs/index.js';
import type { Failure, RunEvent, StepStatus } from '../../workflow/index.js';
import { ticksOf } from './ticks.js';
import { timelineOf } from './timeline.js';

const t0 = Date.parse('2026-11-23T14:00:00.000Z');
const error: Failure = { type: 'retryable', code: 'CC_STEP_FAILED', message: 'no luck' };
const cancelled: Failure = { type: 'cancelled', code: 'CC_RUN_CANCELLED', message: 'enough' };
const started = (at: number, attempt = 1): RunEvent => ({ type: 'StepStarted', at: t0 + at, step: 'a', attempt });
const retry = (at: number, attempt: number, dueAt: number): RunEvent => ({
  type: 'StepRetryScheduled',
  at: t0 + at,
  step: 'a',
  attempt,
  error,
  dueAt: t0 + dueAt,
});

const story = (
  events: readonly RunEvent[],
  endedAt: number | null = null,
  status: StepStatus = 'running',
): RunStory => {
  const step = { id: 'a', path: 'a', status, attempt: 1, uses: 'x.y', output: null, error: null } as StepView;
  const finishedAt = endedAt === null ? null : new Date(t0 + endedAt).toISOString();
  return {
    run: { steps: [step], createdAt: new Date(t0).toISOString(), finishedAt },
    events,
    finals: new Set(),
    name: 'A',
  } as unknown as RunStory;
};
const bars = (of: RunStory, now = 10_000) =>
  timelineOf(of, t0 + now).tracks[0]!.bars.map(({ kind, attempt, from, to, outcome }) => [
    kind,
    attempt,
    from - t0,
    to - t0,
    outcome,
  ]);

describe('the timeline of a run', () => {
  it('shows attempts and the waits between them', () => {
    const end: RunEvent = { type: 'StepSucceeded', at: t0 + 900, step: 'a', attempt: 2, output: 1 };
    expect(bars(story([started(100), retry(300, 1, 700), started(720, 2), end], 1000))).toEqual([
      ['attempt', 1, 100, 300, 'failed'],
      ['wait', 1, 300, 720, 'waiting'],
      ['attempt', 2, 720, 900, 'succeeded'],
    ]);
  });

  it('goes to now while a run is open, and says when the next attempt is due', () => {
    expect(bars(story([started(100)]), 5000)).toEqual([['attempt', 1, 100, 5000, 'running']]);
    const waits = story([started(100), retry(300, 1, 60_000)]);
    expect(bars(waits, 5000)).toEqual([
      ['attempt', 1, 100, 300, 'failed'],
      ['wait', 1, 300, 5000, 'waiting'],
    ]);
    expect(timelineOf(waits, t0 + 5000)).toMatchObject({ from: t0, to: t0 + 5000, tracks: [{ dueAt: t0 + 60_000 }] });
  });

  it('ends with the run, also for what never said how it ended', () => {
    expect(bars(story([started(100)], 2000))).toEqual([['attempt', 1, 100, 2000, 'cancelled']]);
    const waited = story([started(100), retry(300, 1, 60_000)], 2000);
    expect(bars(waited).at(-1)).toEqual(['wait', 1, 300, 2000, 'waiting']);
    expect(timelineOf(waited, t0 + 5000).tracks[0]).not.toHaveProperty('dueAt');
  });

  it('tells a cancelled attempt from a failed one', () => {
    const fail = (why: Failure): RunEvent => ({ type: 'StepFailed', at: t0 + 200, step: 'a', attempt: 1, error: why });
    expect(bars(story([started(100), fail(error)], 300))).toEqual([['attempt', 1, 100, 200, 'failed']]);
    expect(bars(story([started(100), fail(cancelled)], 300))).toEqual([['attempt', 1, 100, 200, 'cancelled']]);
  });

  it('shows nothing for a step that failed before it started, and why one was skipped', () => {
    const failed: RunEvent = { type: 'StepFailed', at: t0 + 5, step: 'a', attempt: 0, error };
    expect(bars(story([failed], 10))).toEqual([]);
    const skip: RunEvent = { type: 'StepSkipped', at: t0 + 5, step: 'a', reason: 'if is false' };
    expect(timelineOf(story([skip], 10), t0).tracks[0]).toMatchObject({ bars: [], skipped: 'if is false' });
  });

  const step = (more: Partial<StepView>) => ({ id: 'a', path: 'a', attempt: 1, finishedAt: null, ...more }) as StepView;
  const of = (steps: readonly StepView[], events: readonly RunEvent[]) =>
    ({ ...story(events), run: { ...story(events).run, steps } }) as RunStory;

  it('draws what waits as a wait, to its end or to now', () => {
    const waits: RunEvent = { type: 'StepWaiting', at: t0 + 100, step: 'a', wait: { kind: 'sleep', dueAt: t0 + 9e6 } };
    const asks: RunEvent = { type: 'ApprovalRequested', at: t0 + 100, step: 'a', message: 'ok?', approvers: [] };
    const child: RunEvent = { type: 'ChildStarted', at: t0 + 100, step: 'a', child: 'c1' };
    const decided: RunEvent = { type: 'ApprovalDecided', at: t0 + 700, step: 'a', decision: 'approve' };
    expect(bars(of([step({ status: 'waiting' })], [waits]))).toEqual([['wait', 1, 100, 10_000, 'waiting']]);
    const end = step({ status: 'succeeded', finishedAt: new Date(t0 + 700).toISOString() });
    for (const event of [waits, asks, child])
      expect(bars(of([end], [event, decided]))).toEqual([['wait', 1, 100, 700, 'waiting']]);
    // Not waited for.
    const at = step({ status: 'succeeded', finishedAt: new Date(t0 + 100).toISOString() });
    expect(bars(of([at], [child]))).toEqual([['attempt', 1, 100, 100, 'succeeded']]);
  });

  it('shows a step with items as one, which ends when the last of them does', () => {
    const items = ['succeeded', 'failed', 'running', 'pending'] as const;
    const steps = items.map((status, n) => step({ path: `a[${n}]`, status }));
    const fans: RunEvent = { type: 'StepStarted', at: t0 + 100, step: 'a', attempt: 1, items: [1, 2, 3, 4] };
    const item: RunEvent = { type: 'StepStarted', at: t0 + 200, step: 'a[0]', attempt: 1 };
    const open = of([step({ status: 'running' }), ...steps], [fans, item]);
    expect(bars(open)).toEqual([['items', 1, 100, 10_000, 'running']]);
    expect(timelineOf(open, t0).tracks).toHaveLength(1);
    expect(timelineOf(open, t0).tracks[0]!.bars[0]!.what).toBe('1 of 4 done, 1 failed');
    const end = step({ status: 'failed', finishedAt: new Date(t0 + 900).toISOString() });
    expect(bars(of([end, ...steps], [fans, item]))).toEqual([['items', 1, 100, 900, 'failed']]);
  });

  it('says which steps a rerun kept', () => {
    const created = {
      type: 'RunCreated',
      at: t0,
      kept: { a: { status: 'succeeded', attempt: 1 } },
    } as unknown as RunEvent;
    expect(timelineOf(of([step({ status: 'succeeded' })], [created]), t0).tracks[0]!.row.kept).toBe(true);
    expect(timelineOf(of([step({ status: 'pending' })], []), t0).tracks[0]!.row.kept).toBe(false);
  });
});

describe('the ticks of a time axis', () => {
  it.each([
    [4, [0, 1, 2, 3, 4]],
    [950, [0, 200, 400, 600, 800]],
    [90_000, [0, 30_000, 60_000, 90_000]],
    [3 * 3_600_000, [0, 3_600_000, 7_200_000, 10_800_000]],
  ])('over %d ms are %j', (span, ticks) => expect(ticksOf(span)).toEqual(ticks));

  it('are a handful, however long', () => {
    for (let span = 1; span < 1e15; span *= 3) {
      const ticks = ticksOf(span);
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(6);
    }
  });
});
