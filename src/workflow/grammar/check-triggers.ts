import type { JsonSchema } from '@commandcenter/sdk/definition';
import { compileConditionWith } from '../expression/condition.js';
import { compileTemplateWith } from '../expression/template.js';
import { compileSchema, type SchemaCheck, withSuggestion } from '../schema.js';
import { cronProblem, timezoneProblem } from '../schedule-spec.js';
import { checkReferences, complain, EVENT_NAMES, type Surroundings } from './expressions.js';
import { EVENT_KEYS, ON_KEYS, SCHEDULE_KEYS } from './keys.js';
import type { Path } from './path.js';
import { kind, listAt, mapAt, textAt } from './shape.js';

/** `on`: schedules and events. `input` is the workflow's input schema, when it is a good one. */
export function checkTriggers(value: unknown, around: Surroundings, input: JsonSchema | undefined): void {
  if (value === undefined) return;
  const on = mapAt(around.report, ['on'], value, ON_KEYS);
  const known = typeof input === 'object' ? inputCheck(input) : undefined;
  listAt(around.report, ['on', 'schedule'], on?.['schedule'], 50)?.forEach((entry, i) =>
    checkSchedule(entry, ['on', 'schedule', i], around, known),
  );
  listAt(around.report, ['on', 'event'], on?.['event'], 50)?.forEach((entry, i) =>
    checkEvent(entry, ['on', 'event', i], around, known),
  );
}

interface InputCheck {
  readonly schema: JsonSchema;
  readonly check: SchemaCheck;
}

/** Compiled when the first trigger asks, and once for all of them: a large schema takes long. */
function inputCheck(schema: JsonSchema): InputCheck {
  let compiled: SchemaCheck | undefined;
  return { schema, check: (value) => (compiled ??= compileSchema(schema))(value) };
}

function checkSchedule(value: unknown, path: Path, around: Surroundings, input: InputCheck | undefined): void {
  const { report } = around;
  const schedule = mapAt(report, path, value, SCHEDULE_KEYS);
  if (schedule === undefined) return;
  if (schedule['cron'] === undefined) report.add(path, '"cron" is missing, for example cron: "*/15 * * * *"');
  const cron = textAt(report, [...path, 'cron'], schedule['cron']);
  const cronFault = cron && cronProblem(cron);
  if (cronFault) report.add([...path, 'cron'], cronFault);
  const timezone = textAt(report, [...path, 'timezone'], schedule['timezone']);
  const zoneFault = timezone && timezoneProblem(timezone);
  if (zoneFault) report.add([...path, 'timezone'], zoneFault);
  // A fire knows nothing but its instant, which expressions of the run read as trigger.scheduledFor.
  checkTriggerInput(schedule['input'] ?? {}, [...path, 'input'], [], around, input);
}

function checkEvent(value: unknown, path: Path, around: Surroundings, input: InputCheck | undefined): void {
  const { report } = around;
  const event = mapAt(report, path, value, EVENT_KEYS);
  if (event === undefined) return;
  if (event['type'] === undefined) report.add(path, '"type" is missing, for example type: order.paid');
  textAt(report, [...path, 'type'], event['type']);
  const condition = event['if'];
  if (typeof condition === 'string' || typeof condition === 'boolean') {
    compileConditionWith(condition, {
      names: EVENT_NAMES,
      where: 'on.event.if',
      statusFunctions: false,
      complain: (complaint) => complain(report, [...path, 'if'], complaint),
    });
  } else if (condition !== undefined) report.add([...path, 'if'], `this must be an expression, not ${kind(condition)}`);
  // Without `input` the event's data is the input, which nobody knows here.
  if (event['input'] !== undefined) checkTriggerInput(event['input'], [...path, 'input'], EVENT_NAMES, around, input);
}

function checkTriggerInput(
  value: unknown,
  path: Path,
  names: readonly string[],
  around: Surroundings,
  input: InputCheck | undefined,
): void {
  const { report } = around;
  const template = compileTemplateWith(value, {
    names,
    where: 'input',
    complain: (complaint, inner) => complain(report, [...path, ...inner], complaint),
    seen: (expression, inner, at) => checkReferences(expression, [...path, ...inner], at, around),
  });
  if (!template.constant || input === undefined) return;
  const checked = input.check(value);
  if (checked.ok) return;
  for (const fault of checked.faults) {
    report.add(
      [...path, ...fault.path],
      `this trigger's input does not match the workflow's: ${withSuggestion(fault, input.schema)}`,
    );
  }
}
