import { validateDefinition, type Plan, type ValidateOptions } from '../workflow/index.js';
import type { LoadProblems } from './load-problems.js';
import type { ShippedWorkflow } from './shipped-workflows.js';

export interface ShippedRead {
  readonly good: readonly { readonly plugin: string; readonly plan: Plan }[];
  readonly bad: readonly LoadProblems[];
}

/** The workflows of plugins against what all plugins together offer: agents of others, secrets of this hub. */
export function readShipped(shipped: readonly ShippedWorkflow[], options: ValidateOptions): ShippedRead {
  const good: { plugin: string; plan: Plan }[] = [];
  const bad: LoadProblems[] = [];
  for (const { plugin, definition } of shipped) {
    const { plan, problems } = validateDefinition(definition, options);
    if (plan === undefined) bad.push({ plugin, workflow: String((definition as { id?: unknown }).id), problems });
    else good.push({ plugin, plan });
  }
  return { good, bad };
}
