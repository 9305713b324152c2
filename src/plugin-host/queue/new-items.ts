import type { NewQueueItem } from '@commandcenter/sdk';
import type { Problem } from '../../errors/index.js';
import { jsonOf, nameProblem } from '../ports/limits.js';
import { callInvalid } from '../ports/port-errors.js';

/** Items in one call of `add`. */
const MOST_ITEMS = 1_000;

export interface ItemColumns {
  readonly lanes: readonly string[];
  readonly ids: readonly string[];
  readonly data: readonly string[];
}

/** The items as columns of text. Throws CC_PLUGIN_CALL_INVALID with every problem by path. */
export function checkItems(plugin: string, items: readonly NewQueueItem[]): ItemColumns {
  const what = `The items of plugin ${plugin}`;
  if (!Array.isArray(items)) throw callInvalid(what, [{ path: '', message: 'must be a list' }]);
  if (items.length > MOST_ITEMS) {
    const message = `there are ${items.length}; ${MOST_ITEMS} can be added at once`;
    throw callInvalid(what, [{ path: '', message }]);
  }
  const problems: (Problem | undefined)[] = [];
  const data: string[] = [];
  for (const [n, item] of (items as readonly NewQueueItem[]).entries()) {
    const { lane, id, data: value } = item ?? {};
    problems.push(nameProblem(`${n}.lane`, lane), nameProblem(`${n}.id`, id));
    const written = jsonOf(`${n}.data`, value);
    if ('problem' in written) problems.push(written.problem);
    else data.push(written.json);
  }
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw callInvalid(what, found);
  const list = items as readonly NewQueueItem[];
  return { lanes: list.map(({ lane }) => lane), ids: list.map(({ id }) => id), data };
}
