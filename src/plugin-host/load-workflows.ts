import type { Plugin } from '@commandcenter/sdk';
import type { WorkflowDefinition } from '@commandcenter/sdk/definition';
import { CcError, messageOf, type Problem } from '../errors/index.js';
import { validateDefinition } from '../workflow/index.js';

/** More than any plugin is for. */
const MOST_WORKFLOWS = 200;

/** The workflows of a manifest as plain JSON, their grammar checked. Every problem is told at once. */
export function loadWorkflows({ name, workflows = [] }: Plugin): WorkflowDefinition[] {
  if (!Array.isArray(workflows)) throw wrong(name, [{ path: 'workflows', message: 'must be a list' }]);
  if (workflows.length > MOST_WORKFLOWS)
    throw wrong(name, [
      { path: 'workflows', message: `has ${workflows.length}; a plugin may bring ${MOST_WORKFLOWS}` },
    ]);
  const problems: Problem[] = [];
  const loaded = new Map<string, WorkflowDefinition>();
  for (const [index, given] of workflows.entries()) {
    const path = `workflows.${index}`;
    const found = load(given);
    problems.push(...found.problems.map((problem) => ({ ...problem, path: below(path, problem.path) })));
    if (found.definition === undefined) continue;
    const { id } = found.definition;
    if (loaded.has(id))
      problems.push({ path: `${path}.id`, message: `"${id}" is the id of two`, code: 'CC_WORKFLOW_OWNED' });
    loaded.set(id, found.definition);
  }
  if (problems.length > 0) throw wrong(name, problems);
  return [...loaded.values()];
}

function load(given: unknown): { readonly definition?: WorkflowDefinition; readonly problems: readonly Problem[] } {
  let plain: unknown;
  try {
    // What the tables keep is JSON: functions, dates and references must have become it before anything is checked.
    plain = JSON.parse(JSON.stringify(given) ?? 'null') as unknown;
  } catch (cause) {
    return { problems: [{ path: '', message: `is not JSON: ${messageOf(cause)}` }] };
  }
  const { plan, problems } = validateDefinition(plain);
  return plan === undefined ? { problems } : { definition: plan.definition, problems };
}

function below(path: string, inner: string): string {
  return inner === '' ? path : `${path}.${inner}`;
}

function wrong(name: string, problems: readonly Problem[]): CcError {
  const list = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new CcError('CC_PLUGIN_MANIFEST_INVALID', `The manifest of plugin "${name}" is wrong: ${list}`, { problems });
}
