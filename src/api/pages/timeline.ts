import type { Failure, RunEvent } from '../../workflow/index.js';
import type { RunStory } from '../../runs/index.js';
import { itemsText, stepRows, type StepRow } from './step-rows.js';

/**
 * A stretch of time of one step: an attempt, all items of a step with `forEach`, or a wait: for the next attempt, a time, an
 * event, a decision, another run. Times are ms since 1970.
 */
export interface Bar {
  readonly kind: 'attempt' | 'items' | 'wait';
  readonly attempt: number;
  readonly from: number;
  readonly to: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'running' | 'waiting';
  readonly error?: Failure;
  /** wait: what for, when it is not the next attempt. items: how they stand. */
  readonly what?: string;
}

export interface Track {
  readonly row: StepRow;
  readonly bars: readonly Bar[];
  /** Why it was skipped. */
  readonly skipped?: string;
  /** When the next attempt is due. */
  readonly dueAt?: number;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  /** It is not over: `to` is now. */
  readonly open: boolean;
  readonly tracks: readonly Track[];
}

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
type Beginning = Of<'StepWaiting' | 'ApprovalRequested' | 'ChildStarted'>;
type Ending = Of<'StepSucceeded' | 'StepFailed' | 'StepRetryScheduled'>;
type StepEvent = Of<'StepStarted' | 'StepSkipped'> | Beginning | Ending;

/** Every step of a run over time, to its end or to now. Items have no track of their own: there may be a thousand. */
export function timelineOf(story: RunStory, now: number): Timeline {
  const { run, events } = story;
  const to = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  const ofSteps = Map.groupBy(events.filter(isOfStep), ({ step }) => step);
  const end = { at: to, final: run.finishedAt !== null };
  const tracks = stepRows(story).map((row) => trackOf(row, ofSteps.get(row.step.path) ?? [], end));
  return { from: Date.parse(run.createdAt), to, open: !end.final, tracks };
}

interface End {
  readonly at: number;
  /** The run has ended. */
  readonly final: boolean;
}

function trackOf(row: StepRow, events: readonly StepEvent[], end: End): Track {
  const bars: Bar[] = [];
  let running: Of<'StepStarted'> | undefined;
  let waiting: Of<'StepRetryScheduled'> | undefined;
  let skipped: string | undefined;
  for (const event of events) {
    switch (event.type) {
      case 'StepStarted':
        if (waiting !== undefined) bars.push(waitBar(waiting, event.at));
        [running, waiting] = [event, undefined];
        break;
      case 'StepSkipped':
        skipped = event.reason;
        break;
      case 'StepWaiting':
      case 'ApprovalRequested':
      case 'ChildStarted':
        bars.push(longWaitBar(row, event, end));
        break;
      default:
        if (running !== undefined) bars.push(attemptBar(running, event));
        running = undefined;
        if (event.type === 'StepRetryScheduled') waiting = event;
    }
  }
  if (running?.items !== undefined) bars.push(itemsBar(row, running, end));
  else if (running !== undefined) {
    const open = { to: end.at, outcome: end.final ? 'cancelled' : 'running' } as const;
    bars.push({ kind: 'attempt', attempt: running.attempt, from: running.at, ...open });
  }
  if (waiting !== undefined) bars.push(waitBar(waiting, end.at));
  const due = waiting !== undefined && !end.final ? { dueAt: waiting.dueAt } : {};
  return { row, bars, ...(skipped !== undefined && { skipped }), ...due };
}

function attemptBar(started: Of<'StepStarted'>, end: Ending): Bar {
  const bar = { kind: 'attempt', attempt: started.attempt, from: started.at, to: end.at } as const;
  if (end.type === 'StepSucceeded') return { ...bar, outcome: 'succeeded' };
  return { ...bar, outcome: end.error.type === 'cancelled' ? 'cancelled' : 'failed', error: end.error };
}

function waitBar(scheduled: Of<'StepRetryScheduled'>, to: number): Bar {
  return { kind: 'wait', attempt: scheduled.attempt, from: scheduled.at, to, outcome: 'waiting' };
}

/** A step that waits does nothing else, so its wait ends with it. */
function longWaitBar({ step }: StepRow, begun: Beginning, end: End): Bar {
  const to = step.finishedAt === null ? end.at : Date.parse(step.finishedAt);
  const bar = { attempt: 1, from: begun.at, to };
  // It started another run and did not wait for its end.
  if (begun.type === 'ChildStarted' && to === begun.at) return { ...bar, kind: 'attempt', outcome: 'succeeded' };
  return { ...bar, kind: 'wait', outcome: 'waiting', what: whatFor(begun, step.uses) };
}

function whatFor(begun: Beginning, uses: string): string {
  if (begun.type === 'ApprovalRequested') return 'for a decision';
  if (begun.type === 'ChildStarted') return `for run ${begun.child}`;
  return begun.wait.kind === 'event' ? `for ${uses.replace(/^waitFor /, '')}` : 'for the time';
}

/** How its items end is how the step ends: no event of its own says so. */
function itemsBar({ step, items }: StepRow, started: Of<'StepStarted'>, end: End): Bar {
  const to = step.finishedAt === null ? end.at : Date.parse(step.finishedAt);
  const { status } = step;
  const open = end.final ? 'cancelled' : 'running';
  const outcome = status === 'succeeded' || status === 'failed' || status === 'cancelled' ? status : open;
  return { kind: 'items', attempt: started.attempt, from: started.at, to, outcome, what: itemsText(items) };
}

const stepEvents: ReadonlySet<string> = new Set<StepEvent['type']>([
  'StepStarted',
  'StepSucceeded',
  'StepFailed',
  'StepRetryScheduled',
  'StepSkipped',
  'StepWaiting',
  'ApprovalRequested',
  'ChildStarted',
]);

function isOfStep(event: RunEvent): event is StepEvent {
  return stepEvents.has(event.type);
}
