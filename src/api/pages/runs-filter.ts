import type { RunFilter } from '../../runs/index.js';
import { runStatuses, triggerKinds } from '../answers/run.js';
import { html, type Html } from './html.js';

type Filter = Partial<Pick<RunFilter, 'workflow' | 'status' | 'trigger' | 'cursor'>>;

const openStatuses = ['queued', 'running', 'waiting', 'paused'] as const;
const shortcuts: readonly (readonly [string, RunFilter['status']])[] = [
  ['All', undefined],
  ['Open', openStatuses],
  ['Succeeded', ['succeeded']],
  ['Failed', ['failed']],
  ['Cancelled', ['cancelled']],
];

/** The address of the list with this filter, from its newest run on unless a cursor says otherwise. */
export function listPath({ workflow, status, trigger }: Filter, more: Record<string, string> = {}): string {
  const query = new URLSearchParams();
  if (workflow !== undefined) query.set('workflow', workflow);
  if (status !== undefined) query.set('status', status.join(','));
  if (trigger !== undefined) query.set('trigger', trigger.join(','));
  for (const [name, value] of Object.entries(more)) query.set(name, value);
  const text = query.toString().replaceAll('%2C', ',');
  return text === '' ? '/runs' : `/runs?${text}`;
}

export function runsFilter(filter: Filter, workflows: readonly { readonly id: string; readonly name: string }[]): Html {
  const { workflow, status, trigger } = filter;
  const known = workflows.map(({ id }) => id);
  const ids = workflow === undefined || known.includes(workflow) ? known : [workflow, ...known];
  return html`<div class="filter">
    <nav class="chips" aria-label="Runs by status">
      ${shortcuts.map(([name, wanted]) => html`<a href="${listPath({ ...filter, status: wanted })}" ${wanted?.join() === status?.join() && html` aria-current="true"`}>${name}</a>`)}
    </nav>
    <form method="get" action="/runs">
      ${choice('workflow', 'Workflow', 'All workflows', ids, workflow)}
      ${choice('trigger', 'Trigger', 'All triggers', triggerKinds, trigger?.join(','))}
      ${choice('status', 'Status', 'All statuses', runStatuses, status?.join(','))}
      <button type="submit">Filter</button>
    </form>
  </div>`;
}

function choice(name: string, label: string, all: string, values: readonly string[], chosen: string | undefined): Html {
  const offered = chosen === undefined || values.includes(chosen) ? values : [chosen, ...values];
  return html`<label class="hidden" for="filter-${name}">${label}</label
    ><select id="filter-${name}" name="${name}">
      <option value="">${all}</option>
      ${offered.map(
        (value) =>
          html`<option value="${value}" ${value === chosen && html` selected`}>${value.replaceAll(',', ', ')}</option>`,
      )}
    </select>`;
}
