import type { GroupEntry } from '../plan.js';
import type { Alert } from '../payload.js';
import { duration } from './times.js';
import { cut, oneLine } from './texts.js';

/** `firing workflow_id=a, instance=b`; where there is no room for that, the fingerprint tells which alert it is. */
export interface AlertLine {
  readonly text: string;
  readonly fingerprint: string;
}

/** What there is to say of a group, before it is put into the words of a channel. Nothing is escaped yet. */
export interface Facts {
  readonly status: 'firing' | 'resolved';
  /** `FIRING · summary` */
  readonly headline: string;
  readonly description: string | undefined;
  readonly severity: string | undefined;
  readonly since: string;
  /** `4 m 12 s`; undefined while it fires. */
  readonly resolvedAfter: string | undefined;
  readonly value: string | undefined;
  readonly threshold: string | undefined;
  readonly budget: string | undefined;
  /** Of those that fire, else of all; the first few in full. */
  readonly alerts: readonly AlertLine[];
  readonly earlier: readonly AlertLine[];
  readonly count: { readonly firing: number; readonly resolved: number };
  /** `alertname=X, slo=y` */
  readonly group: string;
  readonly reason: string;
}

export function factsOf({ group, earlier }: GroupEntry): Facts {
  const firing = group.alerts.filter(({ status }) => status === 'firing');
  const ordered = [...firing, ...group.alerts.filter(({ status }) => status === 'resolved')];
  const first = ordered[0];
  const said = (name: string) => nonEmpty(own(group.commonAnnotations, name) ?? own(first?.annotations, name));
  const summary =
    said('summary') ?? nonEmpty(own(group.commonLabels, 'alertname')) ?? nonEmpty(own(first?.labels, 'alertname'));
  const starts = ordered.map(({ startsAt }) => Date.parse(startsAt));
  const since = Math.min(...starts);
  const resolved = group.status === 'resolved';
  const ends = ordered.map(({ endsAt }) => Date.parse(endsAt)).filter((end) => end > since);
  return {
    status: group.status,
    headline: `${resolved ? 'RESOLVED' : 'FIRING'} · ${oneLine(summary ?? groupName(group.groupLabels))}`,
    description: said('description'),
    severity: nonEmpty(own(group.commonLabels, 'severity') ?? own(first?.labels, 'severity')),
    since: new Date(since).toISOString(),
    resolvedAfter: resolved && ends.length > 0 ? duration(Math.max(...ends) - since) : undefined,
    value: said('value'),
    threshold: said('threshold'),
    budget: said('slo_budget_left'),
    alerts: ordered.map((alert) => alertLine(alert, group.groupLabels)),
    earlier: earlier.map((alert) => alertLine(alert, group.groupLabels)),
    count: { firing: firing.length, resolved: ordered.length - firing.length },
    group: groupName(group.groupLabels),
    reason: group.reason,
  };
}

/** What tells this alert from the others of its group. */
function alertLine(
  { status, labels, fingerprint, annotations }: Alert,
  common: Readonly<Record<string, string>>,
): AlertLine {
  const telling = Object.entries(labels).filter(
    ([name]) => !Object.hasOwn(common, name) && name !== 'severity' && name !== 'alertname',
  );
  const names = telling.map(([name, value]) => `${name}=${cut(oneLine(value), 80)}`).join(', ');
  const value = nonEmpty(own(annotations, 'value'));
  const name = names || own(labels, 'alertname') || fingerprint;
  return { text: `${status} ${name}${value === undefined ? '' : ` (${oneLine(value)})`}`, fingerprint };
}

function groupName(labels: Readonly<Record<string, string>>): string {
  return (
    Object.entries(labels)
      .map(([name, value]) => `${name}=${oneLine(value)}`)
      .join(', ') || 'all alerts'
  );
}

/** A label may be called `constructor`. */
function own(values: Readonly<Record<string, string>> | undefined, name: string): string | undefined {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

const nonEmpty = (text: string | undefined) => (text === undefined || text.trim() === '' ? undefined : text);
