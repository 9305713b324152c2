import type { Catalogue } from '../catalogue.js';
import { compileConditionWith } from '../expression/condition.js';
import { compileTemplateWith } from '../expression/template.js';
import { didYouMean } from '../suggest.js';
import { checkReferences, complain, RUN_NAMES, WITH_NAMES, type Surroundings } from './expressions.js';
import { RETRY_KEYS, STEP_KEYS } from './keys.js';
import type { Path } from './path.js';
import type { Report } from './report.js';
import { booleanAt, durationAt, isJsonMap, kind, mapAt, numberAt, textAt, type JsonMap } from './shape.js';
import { checkConstants } from './check-with.js';

const USES = /^([a-z][a-z0-9-]*)\.([a-z][A-Za-z0-9_-]*)$/;

export function checkStep(id: string, value: unknown, around: Surroundings, catalogue: Catalogue | undefined): void {
  const { report } = around;
  const path = ['steps', id];
  const step = mapAt(report, path, value, STEP_KEYS);
  if (step === undefined) return;
  textAt(report, [...path, 'name'], step['name']);
  checkRetry(report, [...path, 'retry'], step['retry']);
  durationAt(report, [...path, 'timeout'], step['timeout'], true);
  booleanAt(report, [...path, 'continueOnError'], step['continueOnError']);
  const action = checkUses(step, path, report, catalogue);
  checkIf(step['if'], [...path, 'if'], around);
  checkWith(step['with'], [...path, 'with'], around, action && catalogue?.inputSchema(...action));
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
  if (step['uses'] === undefined) {
    // A step of a later kind was refused by its key already.
    if (Object.keys(step).every((key) => STEP_KEYS.known.includes(key)))
      report.add(path, '"uses" is missing, for example uses: http.request');
    return undefined;
  }
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

function checkIf(value: unknown, path: Path, around: Surroundings): void {
  if (value === undefined) return;
  if (typeof value !== 'string' && typeof value !== 'boolean') {
    around.report.add(path, `this must be an expression, true or false, not ${kind(value)}`);
    return;
  }
  compileConditionWith(value, {
    names: RUN_NAMES,
    where: 'if',
    statusFunctions: true,
    complain: (complaint) => complain(around.report, path, complaint),
    seen: (expression, at) => checkReferences(expression, path, at, around),
  });
}

function checkWith(
  value: unknown,
  path: Path,
  around: Surroundings,
  schema: ReturnType<Catalogue['inputSchema']>,
): void {
  if (value !== undefined && !isJsonMap(value)) {
    around.report.add(path, `this must be a map, not ${kind(value)}`);
    return;
  }
  const dynamic: Path[] = [];
  compileTemplateWith(value, {
    names: WITH_NAMES,
    where: 'with',
    complain(complaint, inner) {
      dynamic.push(inner);
      complain(around.report, [...path, ...inner], complaint);
    },
    seen(expression, inner, at) {
      dynamic.push(inner);
      checkReferences(expression, [...path, ...inner], at, around);
    },
  });
  if (schema !== undefined) checkConstants(around.report, path, value ?? {}, dynamic, schema);
}
