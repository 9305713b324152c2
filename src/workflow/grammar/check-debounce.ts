import { formatDuration, parseDuration } from '../duration.js';
import { compileTemplateWith } from '../expression/template.js';
import { checkReferences, complain, EVENT_NAMES, type Surroundings } from './expressions.js';
import { DEBOUNCE_KEYS } from './keys.js';
import type { Path } from './path.js';
import { durationAt, mapAt, textAt } from './shape.js';

/** Shorter the hub does not tell bursts apart; longer an event would be forgotten before its run starts. */
const FOR_MS = { min: 1_000, max: 86_400_000 };

/** `debounce` of an `on.event`: its key is evaluated over the event. */
export function checkDebounce(value: unknown, path: Path, around: Surroundings): void {
  if (value === undefined) return;
  const { report } = around;
  const debounce = mapAt(report, path, value, DEBOUNCE_KEYS);
  if (debounce === undefined) return;
  if (debounce['for'] === undefined) report.add(path, '"for" is missing, for example debounce: { for: 30s }');
  durationAt(report, [...path, 'for'], debounce['for'], false);
  const ms = typeof debounce['for'] === 'string' ? parseDuration(debounce['for']) : undefined;
  const { min, max } = FOR_MS;
  if (ms !== undefined && (ms < min || ms > max)) {
    const range = `from ${formatDuration(min)} to ${formatDuration(max)}`;
    report.add([...path, 'for'], `this must be ${range}, not ${formatDuration(ms)}`);
  }
  compileTemplateWith(textAt(report, [...path, 'key'], debounce['key']), {
    names: EVENT_NAMES,
    where: 'on.event.debounce.key',
    complain: (complaint) => complain(report, [...path, 'key'], complaint),
    seen: (expression, _inner, at) => checkReferences(expression, [...path, 'key'], at, around),
  });
}
