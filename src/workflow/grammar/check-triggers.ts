import type { JsonSchema } from '@commandcenter/sdk/definition';
import { cronProblem, timezoneProblem } from '../schedule-spec.js';
import { checkAlert } from './check-alert.js';
import { checkDebounce } from './check-debounce.js';
import { checkTriggerCondition, checkTriggerInput, inputCheck, type InputCheck } from './check-trigger-input.js';
import { checkWebhook } from './check-webhook.js';
import { EVENT_NAMES, type Surroundings } from './expressions.js';
import { EVENT_KEYS, ON_KEYS, SCHEDULE_KEYS } from './keys.js';
import type { Path } from './path.js';
import { listAt, mapAt, textAt, wordAt } from './shape.js';

/** `on`: schedules, events, webhooks and alerts. `input` is the workflow's input schema, when it is a good one. */
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
  listAt(around.report, ['on', 'webhook'], on?.['webhook'], 50)?.forEach((entry, i) =>
    checkWebhook(entry, ['on', 'webhook', i], around, known),
  );
  listAt(around.report, ['on', 'alert'], on?.['alert'], 50)?.forEach((entry, i) =>
    checkAlert(entry, ['on', 'alert', i], around, known),
  );
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
  wordAt(report, [...path, 'catchUp'], schedule['catchUp'], ['none', 'latest', 'all']);
  wordAt(report, [...path, 'overlap'], schedule['overlap'], ['allow', 'skip', 'queue', 'cancel-previous']);
  // A fire knows nothing but its instant, which expressions of the run read as trigger.scheduledFor.
  checkTriggerInput(schedule['input'] ?? {}, [...path, 'input'], [], around, input);
}

function checkEvent(value: unknown, path: Path, around: Surroundings, input: InputCheck | undefined): void {
  const { report } = around;
  const event = mapAt(report, path, value, EVENT_KEYS);
  if (event === undefined) return;
  if (event['type'] === undefined) report.add(path, '"type" is missing, for example type: order.paid');
  textAt(report, [...path, 'type'], event['type']);
  checkTriggerCondition(event['if'], [...path, 'if'], 'on.event.if', around);
  checkDebounce(event['debounce'], [...path, 'debounce'], around);
  // Without `input` the event's data is the input, which nobody knows here.
  if (event['input'] !== undefined) checkTriggerInput(event['input'], [...path, 'input'], EVENT_NAMES, around, input);
}
