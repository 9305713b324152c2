import type { JsonSchema } from '@commandcenter/sdk/definition';
import type { Catalogue } from '../catalogue.js';
import { compileTemplateWith } from '../expression/template.js';
import { topologicalOrder, upstreamOf } from '../graph.js';
import { schemaFaults } from '../schema.js';
import { didYouMean } from '../suggest.js';
import { checkReferences, complain, RUN_NAMES, type Surroundings } from './expressions.js';
import { checkRetry, checkStep } from './check-step.js';
import { checkConcurrency } from './check-concurrency.js';
import { checkRetention } from './check-retention.js';
import { checkSlo } from './check-slo.js';
import { checkTriggers } from './check-triggers.js';
import { COST_KEYS, DEFAULTS_KEYS, WORKFLOW_KEYS } from './keys.js';
import type { Report } from './report.js';
import { durationAt, isJsonMap, kind, listAt, mapAt, numberAt, textAt, type JsonMap } from './shape.js';

const WORKFLOW_ID = /^[a-z][a-z0-9-]*$/;
const STEP_ID = /^[a-z][a-z0-9_]*$/;
const MAX_STEPS = 1_000;
/** US dollars: far beyond any machine, so a slip of the decimal point is caught. */
const MAX_COST_PER_MINUTE = 1_000;

export interface CheckOptions {
  /** Without it agents are not looked up. */
  readonly catalogue?: Catalogue | undefined;
  /** Names listed in commandcenter.yaml; without it secrets are not looked up. */
  readonly secrets?: readonly string[] | undefined;
  /** The id it must have. */
  readonly id?: string | undefined;
}

/** Everything that can be wrong with a definition, into the report. What passes is a WorkflowDefinition. */
export function checkDefinition(value: unknown, report: Report, options: CheckOptions): void {
  const workflow = mapAt(report, [], value, WORKFLOW_KEYS);
  if (workflow === undefined) return;
  checkId(workflow['id'], report, options.id);
  textAt(report, ['name'], workflow['name'], 200);
  textAt(report, ['description'], workflow['description'], 10_000);
  durationAt(report, ['timeout'], workflow['timeout'], true);
  checkRetention(workflow['retention'], report);
  checkSlo(workflow['slo'], report);
  checkCost(workflow['cost'], report);
  checkDefaults(workflow['defaults'], report);
  const input = checkInputSchema(workflow['input'], report);
  const steps = checkSteps(workflow['steps'], 'steps', report);
  const last = workflow['finally'] === undefined ? {} : checkSteps(workflow['finally'], 'finally', report);
  for (const id of Object.keys(last))
    if (Object.hasOwn(steps, id))
      report.add(['finally', id], `there is a step "${id}" under "steps" too`, undefined, { inKey: true });
  const all = { ...steps, ...last };
  const around: Surroundings = {
    report,
    input,
    steps: Object.keys(all),
    fanned: new Set(Object.keys(all).filter((id) => isJsonMap(all[id]) && all[id]['forEach'] !== undefined)),
    last: false,
    upstream: undefined,
    step: undefined,
    secrets: options.secrets,
  };
  checkEach(steps, 'steps', around, options.catalogue);
  checkEach(last, 'finally', { ...around, last: true, upstream: new Set(Object.keys(steps)) }, options.catalogue);
  checkConcurrency(workflow['concurrency'], around);
  checkTriggers(workflow['on'], around, input);
  compileTemplateWith(workflow['output'], {
    names: RUN_NAMES,
    where: 'output',
    complain: (complaint, path) => complain(report, ['output', ...path], complaint),
    seen: (expression, path, at) => checkReferences(expression, ['output', ...path], at, around),
  });
}

/** The steps of one section, each in sight of those that are settled before it. */
function checkEach(steps: JsonMap, section: Section, around: Surroundings, catalogue: CheckOptions['catalogue']): void {
  const needs = checkNeeds(steps, section, around.report);
  for (const [id, step] of Object.entries(steps)) {
    const upstream = new Set([...(around.upstream ?? []), ...upstreamOf(id, needs)]);
    checkStep([section, id], step, { ...around, upstream, step: id }, catalogue);
  }
}

type Section = 'steps' | 'finally';

function checkId(id: unknown, report: Report, wanted: string | undefined): void {
  if (id === undefined) report.add([], '"id" is missing, for example id: nightly-report');
  const text = textAt(report, ['id'], id);
  if (text !== undefined && (!WORKFLOW_ID.test(text) || text.length > 100)) {
    report.add(['id'], `"${text.slice(0, 80)}" is not an id: small letters, digits and -, a letter first, at most 100`);
  } else if (text !== undefined && wanted !== undefined && text !== wanted) {
    report.add(['id'], `is "${text}", but this is the place of "${wanted}"; they must be the same`);
  }
}

function checkCost(value: unknown, report: Report): void {
  if (value === undefined) return;
  const cost = mapAt(report, ['cost'], value, COST_KEYS);
  numberAt(report, ['cost', 'perMinute'], cost?.['perMinute'], { min: 0, max: MAX_COST_PER_MINUTE });
}

function checkDefaults(value: unknown, report: Report): void {
  if (value === undefined) return;
  const defaults = mapAt(report, ['defaults'], value, DEFAULTS_KEYS);
  checkRetry(report, ['defaults', 'retry'], defaults?.['retry']);
  durationAt(report, ['defaults', 'timeout'], defaults?.['timeout'], true);
}

/** The schema when it is one: only then inputs can be checked against it. */
function checkInputSchema(value: unknown, report: Report): JsonSchema | undefined {
  if (value === undefined) return undefined;
  if (!isJsonMap(value)) {
    report.add(
      ['input'],
      `this must be a JSON Schema, for example { type: object, properties: {} }, not ${kind(value)}`,
    );
    return undefined;
  }
  const faults = schemaFaults(value);
  for (const fault of faults) report.add(['input', ...fault.path], `the schema is wrong: ${fault.message}`);
  return faults.length === 0 ? value : undefined;
}

function checkSteps(value: unknown, section: Section, report: Report): JsonMap {
  if (value === undefined) report.add([], `"${section}" is missing`);
  const steps = value === undefined ? undefined : mapAt(report, [section], value);
  const ids = Object.keys(steps ?? {});
  if (steps !== undefined && ids.length === 0) report.add([section], 'a workflow has at least one step');
  if (ids.length > MAX_STEPS) {
    report.add([section], `the workflow has ${ids.length} steps, at most ${MAX_STEPS} are allowed`);
    return {};
  }
  for (const id of ids) {
    if (!STEP_ID.test(id) || id.length > 60) {
      report.add(
        [section, id],
        'the id of a step has small letters, digits and _, a letter first, at most 60',
        undefined,
        { inKey: true },
      );
    }
  }
  return steps ?? {};
}

/** The needs that are good; the rest is reported. */
function checkNeeds(steps: JsonMap, section: Section, report: Report): ReadonlyMap<string, readonly string[]> {
  const ids = Object.keys(steps);
  const needs = new Map<string, readonly string[]>();
  for (const id of ids) {
    const step = steps[id];
    const list = listAt(report, [section, id, 'needs'], isJsonMap(step) ? step['needs'] : undefined, MAX_STEPS) ?? [];
    const known: string[] = [];
    for (const [i, need] of list.entries()) {
      const path = [section, id, 'needs', i];
      if (typeof need !== 'string') report.add(path, `this must be the id of a step, not ${kind(need)}`);
      else if (!Object.hasOwn(steps, need))
        report.add(path, `there is no step "${need.slice(0, 80)}".${didYouMean(need, ids)}`);
      else if (known.includes(need)) report.add(path, `"${need}" stands here twice`);
      else known.push(need);
    }
    needs.set(id, known);
  }
  const order = topologicalOrder(needs);
  if (!order.ok)
    report.add([section, order.cycle[0]!, 'needs'], `these steps wait for each other: ${order.cycle.join(' -> ')}`);
  return needs;
}
