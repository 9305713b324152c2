import type { RunStory, StepView } from '../../runs/index.js';

/** A step as a page shows it: with its items, and what the log of the run says of it beside how it stands. */
export interface StepRow {
  readonly step: StepView;
  /** Of a step with `forEach`, once it began. */
  readonly items: readonly StepView[];
  /** Of `finally`. */
  readonly final: boolean;
  /** It came to this in the run that is done again. */
  readonly kept: boolean;
  /** Runs that it and its items started, by path. */
  readonly children: ReadonlyMap<string, string>;
}

export function stepRows({ run, events, finals }: RunStory): StepRow[] {
  const children = new Map<string, string>();
  let kept: Readonly<Record<string, unknown>> = {};
  for (const event of events) {
    if (event.type === 'ChildStarted') children.set(event.step, event.child);
    if (event.type === 'RunCreated') kept = event.kept ?? {};
  }
  const items = Map.groupBy(run.steps.filter(isItem), ({ id }) => id);
  return run.steps
    .filter((step) => !isItem(step))
    .map((step) => {
      const { id } = step;
      return { step, items: items.get(id) ?? [], final: finals.has(id), kept: Object.hasOwn(kept, id), children };
    });
}

function isItem({ id, path }: StepView): boolean {
  return id !== path;
}

/** `7 of 50 done, 1 failed` */
export function itemsText(items: readonly StepView[]): string {
  const count = (status: StepView['status']) => items.filter((item) => item.status === status).length;
  const others = (['failed', 'cancelled', 'skipped'] as const)
    .filter((status) => count(status) > 0)
    .map((status) => `, ${count(status)} ${status}`);
  return `${count('succeeded')} of ${items.length} done${others.join('')}`;
}
