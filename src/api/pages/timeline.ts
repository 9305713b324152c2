import type { Failure, RunEvent } from '../../workflow/index.js';
import type { RunStory, StepView } from '../../runs/index.js';

/** A stretch of time of one step: an attempt, or the wait for the next one. Times are ms since 1970. */
export interface Bar {
  readonly kind: 'attempt' | 'wait';
  readonly attempt: number;
  readonly from: number;
  readonly to: number;
  readonly outcome: 'succeeded' | 'failed' | 'cancelled' | 'running' | 'waiting';
  readonly error?: Failure;
}

export interface Track {
  readonly step: StepView;
  readonly bars: readonly Bar[];
  /** Why it was skipped. */
  readonly skipped?: string;
  /** When the next attempt is due. */
  readonly dueAt?: number;
}

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly tracks: readonly Track[];
}

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;
type StepEvent = Of<'StepStarted' | 'StepSucceeded' | 'StepFailed' | 'StepRetryScheduled' | 'StepSkipped'>;

/** Every step of a run over time, to its end or to now. */
export function timelineOf({ run, events }: RunStory, now: number): Timeline {
  const to = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  const ofSteps = events.filter(isOfStep);
  const ofStep = (id: string) => ofSteps.filter(({ step }) => step === id);
  const tracks = run.steps.map((step) => trackOf(step, ofStep(step.id), to, run.finishedAt !== null));
  return { from: Date.parse(run.createdAt), to, tracks };
}

function trackOf(step: StepView, events: readonly StepEvent[], end: number, ended: boolean): Track {
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
      default:
        if (running !== undefined) bars.push(attemptBar(running, event));
        running = undefined;
        if (event.type === 'StepRetryScheduled') waiting = event;
    }
  }
  const open = { to: end, outcome: ended ? 'cancelled' : 'running' } as const;
  if (running !== undefined) bars.push({ kind: 'attempt', attempt: running.attempt, from: running.at, ...open });
  if (waiting !== undefined) bars.push(waitBar(waiting, end));
  const due = waiting !== undefined && !ended ? { dueAt: waiting.dueAt } : {};
  return { step, bars, ...(skipped !== undefined && { skipped }), ...due };
}

function attemptBar(started: Of<'StepStarted'>, end: Of<'StepSucceeded' | 'StepFailed' | 'StepRetryScheduled'>): Bar {
  const bar = { kind: 'attempt', attempt: started.attempt, from: started.at, to: end.at } as const;
  if (end.type === 'StepSucceeded') return { ...bar, outcome: 'succeeded' };
  return { ...bar, outcome: end.error.type === 'cancelled' ? 'cancelled' : 'failed', error: end.error };
}

function waitBar(scheduled: Of<'StepRetryScheduled'>, to: number): Bar {
  return { kind: 'wait', attempt: scheduled.attempt, from: scheduled.at, to, outcome: 'waiting' };
}

const stepEvents: ReadonlySet<string> = new Set<StepEvent['type']>([
  'StepStarted',
  'StepSucceeded',
  'StepFailed',
  'StepRetryScheduled',
  'StepSkipped',
]);

function isOfStep(event: RunEvent): event is StepEvent {
  return stepEvents.has(event.type);
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const roundSteps = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 5, 10, 30, 100, 400].map((n) => n * day),
];
const mostTicks = 5;

/** Round distances from the start that divide the time into a handful of parts. */
export function ticksOf(span: number): number[] {
  const step = roundSteps.find((size) => span / size <= mostTicks) ?? span;
  const ticks: number[] = [];
  for (let at = 0; at <= span && step > 0; at += step) ticks.push(at);
  return ticks;
}
