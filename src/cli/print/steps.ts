import type { StepView } from '../hub/shapes.js';

/** A line about a step, or about an item that is worth one. */
export interface StepRow {
  readonly step: StepView;
  /** Of a step with forEach: how its items stand. Else empty. */
  readonly items: string;
  /** How much of its items is settled: what may be said of a thousand items while they go on. */
  readonly tenths: number;
}

const settled = ['succeeded', 'failed', 'skipped', 'cancelled'];
/** What one looks for comes first. */
const telling = ['failed', 'cancelled', 'retrying', 'waiting', 'running'];

/** Steps, and of the items of each only so many, those that say most: there may be a thousand. */
export function summarised(steps: readonly StepView[], mostItems = 10): StepRow[] {
  const items = new Map<string, StepView[]>();
  for (const step of steps) {
    if (step.path === step.id) continue;
    const known = items.get(step.id);
    if (known) known.push(step);
    else items.set(step.id, [step]);
  }
  return steps
    .filter(({ id, path }) => id === path)
    .flatMap((step) => {
      const own = items.get(step.id) ?? [];
      const done = own.filter(({ status }) => settled.includes(status)).length;
      const tenths = own.length === 0 ? 0 : Math.floor((10 * done) / own.length);
      const shown = telling.flatMap((status) => own.filter((item) => item.status === status)).slice(0, mostItems);
      return [{ step, items: itemsText(own), tenths }, ...shown.map((item) => ({ step: item, items: '', tenths: 0 }))];
    });
}

/** `7 of 50 done, 1 failed` */
function itemsText(items: readonly StepView[]): string {
  if (items.length === 0) return '';
  const count = (status: string) => items.filter((item) => item.status === status).length;
  const others = ['failed', 'cancelled', 'skipped']
    .filter((status) => count(status) > 0)
    .map((status) => `, ${count(status)} ${status}`);
  return `${count('succeeded')} of ${items.length} done${others.join('')}`;
}
