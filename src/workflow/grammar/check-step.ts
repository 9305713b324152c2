import type { Catalogue } from '../catalogue.js';
import { didYouMean } from '../suggest.js';
import { checkApproval, checkSleep, checkUntil, checkWaitFor } from './check-wait.js';
import { checkForEach, checkIf, checkWith } from './check-expressions.js';
import { ITEM_NAMES, type Surroundings, WITH_NAMES } from './expressions.js';
import { RETRY_KEYS, STEP_KEYS, STEP_KINDS } from './keys.js';
import type { Path } from './path.js';
import type { Report } from './report.js';
import { booleanAt, durationAt, isJsonMap, mapAt, numberAt, textAt, type JsonMap } from './shape.js';

const USES = /^([a-z][a-z0-9-]*)\.([a-z][A-Za-z0-9_-]*)$/;
const WORKFLOW_ID = /^[a-z][a-z0-9-]{0,99}$/;

type Kind = keyof typeof STEP_KINDS;

export function checkStep(path: Path, value: unknown, around: Surroundings, catalogue: Catalogue | undefined): void {
  const { report } = around;
  const kind = kindOf(value, path, report);
  const step = mapAt(report, path, value, kind === undefined ? STEP_KEYS : STEP_KINDS[kind]);
  if (step === undefined) return;
  textAt(report, [...path, 'name'], step['name'], 200);
  booleanAt(report, [...path, 'continueOnError'], step['continueOnError']);
  checkIf(step['if'], [...path, 'if'], around);
  const each = checkForEach(step, path, around);
  switch (kind) {
    case 'uses':
      return checkAgentStep(step, path, around, catalogue, each);
    case 'workflow':
      return checkWorkflowStep(step, path, around, each);
    case 'sleep':
      return checkSleep(step['sleep'], [...path, 'sleep'], around);
    case 'until':
      return checkUntil(step['until'], [...path, 'until'], around);
    case 'waitFor':
      return checkWaitFor(step['waitFor'], [...path, 'waitFor'], around);
    case 'approval':
      return checkApproval(step['approval'], [...path, 'approval'], around);
    case undefined: // said already
      return;
  }
}

/** Exactly one key says what the step does. */
function kindOf(value: unknown, path: Path, report: Report): Kind | undefined {
  if (!isJsonMap(value)) return undefined;
  const kinds = (Object.keys(STEP_KINDS) as Kind[]).filter((key) => value[key] !== undefined);
  const [first, second] = kinds;
  if (second !== undefined) report.add(path, `a step does one thing: "${first}" and "${second}" cannot stand together`);
  if (second !== undefined) return undefined;
  if (first === undefined)
    report.add(
      path,
      `"uses" is missing, for example uses: http.request (or one of ${Object.keys(STEP_KINDS).slice(1).join(', ')})`,
    );
  return first;
}

function checkAgentStep(
  step: JsonMap,
  path: Path,
  around: Surroundings,
  catalogue: Catalogue | undefined,
  each: boolean,
): void {
  const { report } = around;
  checkRetry(report, [...path, 'retry'], step['retry']);
  durationAt(report, [...path, 'timeout'], step['timeout'], true);
  const action = checkUses(step, path, report, catalogue);
  const names = each ? [...WITH_NAMES, ...ITEM_NAMES] : WITH_NAMES;
  checkWith(step['with'], [...path, 'with'], around, names, action && catalogue?.inputSchema(...action));
}

function checkWorkflowStep(step: JsonMap, path: Path, around: Surroundings, each: boolean): void {
  const { report } = around;
  const id = textAt(report, [...path, 'workflow'], step['workflow'], 100);
  if (id !== undefined && !WORKFLOW_ID.test(id))
    report.add([...path, 'workflow'], `"${id.slice(0, 80)}" is not the id of a workflow: small letters, digits and -`);
  booleanAt(report, [...path, 'wait'], step['wait']);
  // Secrets would be stored as the input of the other run.
  const names = WITH_NAMES.filter((name) => name !== 'secrets');
  checkWith(step['with'], [...path, 'with'], around, each ? [...names, ...ITEM_NAMES] : names, undefined);
}

export function checkRetry(report: Report, path: Path, value: unknown): void {
  if (value === undefined) return;
  const retry = mapAt(report, path, value, RETRY_KEYS);
  if (retry === undefined) return;
  numberAt(report, [...path, 'attempts'], retry['attempts'], { min: 1, max: 1_000, whole: true });
  durationAt(report, [...path, 'delay'], retry['delay'], false);
  numberAt(report, [...path, 'factor'], retry['factor'], { min: 1, max: 100 });
  durationAt(report, [...path, 'maxDelay'], retry['maxDelay'], false);
  booleanAt(report, [...path, 'jitter'], retry['jitter']);
}

/** Agent and action, when the catalogue knows them. */
function checkUses(
  step: JsonMap,
  path: Path,
  report: Report,
  catalogue: Catalogue | undefined,
): readonly [string, string] | undefined {
  const at = [...path, 'uses'];
  const uses = textAt(report, at, step['uses']);
  if (uses === undefined) return undefined;
  const match = USES.exec(uses);
  if (match === null) {
    report.add(at, `"${uses.slice(0, 80)}" is not an action; write agent.action, for example http.request`);
    return undefined;
  }
  const [, agent, action] = match as unknown as [string, string, string];
  const known = catalogue?.has(agent, action) ?? 'ok';
  if (known === 'ok') return [agent, action];
  const suggestion = didYouMean(uses, catalogue!.names()) || ' Is its plugin listed in commandcenter.yaml?';
  const message =
    known === 'no-agent'
      ? `no loaded plugin has the agent "${agent}".`
      : `the agent "${agent}" has no action "${action}".`;
  report.add(at, message + suggestion, 'CC_AGENT_UNKNOWN');
  return undefined;
}
