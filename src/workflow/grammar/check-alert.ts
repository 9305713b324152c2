import { formatDuration, parseDuration } from '../duration.js';
import { compileTemplateWith } from '../expression/template.js';
import { checkTriggerCondition, checkTriggerInput, type InputCheck } from './check-trigger-input.js';
import { checkReferences, complain, EVENT_NAMES, type Surroundings } from './expressions.js';
import { ALERT_KEYS, GUARD_KEYS } from './keys.js';
import type { Path } from './path.js';
import type { Report } from './report.js';
import { durationAt, kind, mapAt, numberAt, textAt } from './shape.js';

const MAX_LABELS = 50;
const MAX_STARTS = 1_000;
/** A second at least: the hub looks at alerts one after the other. What was decided is remembered for 30 days. */
const LIMITS_MS = { min: 1_000, max: 30 * 86_400_000 };

/** One entry of `on.alert`. */
export function checkAlert(value: unknown, path: Path, around: Surroundings, input: InputCheck | undefined): void {
  const { report } = around;
  const alert = mapAt(report, path, value, ALERT_KEYS);
  if (alert === undefined) return;
  const labels = checkMatch(report, [...path, 'match'], alert['match']);
  if (labels === 0 && alert['if'] === undefined) {
    report.add(
      path,
      'this would start at every alert: name a label, for example match: { alertname: HubDown }, or an "if"',
    );
  }
  const status = alert['status'];
  if (status !== undefined && status !== 'firing' && status !== 'resolved') {
    report.add([...path, 'status'], `this must be firing or resolved, not ${kind(status)}`);
  }
  checkTriggerCondition(alert['if'], [...path, 'if'], 'on.alert.if', around);
  // Without `input` the alert is the input, which nobody knows here.
  if (alert['input'] !== undefined) checkTriggerInput(alert['input'], [...path, 'input'], EVENT_NAMES, around, input);
  durationWithin(report, [...path, 'cooldown'], alert['cooldown']);
  checkTarget(alert['target'], [...path, 'target'], around);
  checkGuard(report, [...path, 'guard'], alert['guard']);
}

/** How many labels are asked for; undefined when that cannot be told. */
function checkMatch(report: Report, path: Path, value: unknown): number | undefined {
  if (value === undefined) return 0;
  const match = mapAt(report, path, value);
  if (match === undefined) return undefined;
  const labels = Object.entries(match);
  if (labels.length > MAX_LABELS) {
    report.add(path, `this has ${labels.length} labels, at most ${MAX_LABELS} are allowed`);
  }
  for (const [label, expected] of labels) {
    if (expected === undefined) continue;
    if (typeof expected === 'number' || typeof expected === 'boolean') {
      report.add([...path, label], `values of labels are texts: write "${expected}" in quotes`);
    } else textAt(report, [...path, label], expected);
  }
  return labels.length;
}

/** What a cooldown is for. A constant would be the same for all alerts, as it is without `target`. */
function checkTarget(value: unknown, path: Path, around: Surroundings): void {
  const { report } = around;
  const text = textAt(report, path, value);
  if (text === undefined) return;
  let wrong = false;
  const template = compileTemplateWith(text, {
    names: EVENT_NAMES,
    where: 'on.alert.target',
    complain: (complaint) => {
      wrong = true;
      complain(report, path, complaint);
    },
    seen: (expression, _inner, at) => checkReferences(expression, path, at, around),
  });
  if (!wrong && template.constant) {
    report.add(path, 'this must hold an expression, for example target: "${{ event.data.labels.service }}"');
  }
}

function checkGuard(report: Report, path: Path, value: unknown): void {
  if (value === undefined) return;
  const guard = mapAt(report, path, value, GUARD_KEYS);
  if (guard === undefined) return;
  for (const key of GUARD_KEYS.known) {
    if (guard[key] === undefined) report.add(path, `"${key}" is missing, for example guard: { max: 3, window: 1h }`);
  }
  numberAt(report, [...path, 'max'], guard['max'], { min: 1, max: MAX_STARTS, whole: true });
  durationWithin(report, [...path, 'window'], guard['window']);
}

function durationWithin(report: Report, path: Path, value: unknown): void {
  durationAt(report, path, value, false);
  const ms = typeof value === 'string' ? parseDuration(value) : undefined;
  if (ms === undefined || (ms >= LIMITS_MS.min && ms <= LIMITS_MS.max)) return;
  const { min, max } = LIMITS_MS;
  report.add(path, `this must be from ${formatDuration(min)} to ${formatDuration(max)}, not ${formatDuration(ms)}`);
}
