import { alert, type Group, hubJob } from '../rule.ts';
import { grown, other } from '../select.ts';

const job = `job="${hubJob}"`;
/** Where a channel puts what is refused for what it says: it is tried again, and holds up nothing. */
const aside = '.+:refused';
const lanes = (is: '=~' | '!~') => [job, `channel${is}"${aside}"`];
const delivered = other('notifier_messages_total', ...lanes('!~'), 'outcome="delivered"');
const failed = other('notifier_messages_total', ...lanes('!~'), 'outcome="failed"');
/** As old as the oldest message of any replica: they share the queue. */
const oldest = (is: '=~' | '!~') => `max by (channel) (${other('notifier_queue_oldest_seconds', ...lanes(is))})`;
const proven = 'channel:notifier_delivered:seen';

export const notifier: readonly Group[] = [
  {
    name: 'notifier',
    interval: '5s',
    rules: [
      // Remembers: the counter begins at 0 when the hub is started again, which it may be while a channel is down.
      { record: proven, expr: `group by (channel) (${delivered} > 0) or ${proven}` },
      alert({
        name: 'NotifierFailing',
        severity: 'critical',
        // The second half also sees a channel whose first attempt ever failed: its counter begins at 1.
        expr:
          `((${grown(failed, '2m', 'channel')} > 0 unless ${grown(delivered, '2m', 'channel')} > 0) and ${oldest('!~')} > 10 ` +
          `or ${oldest('!~')} > 60) and on (channel) ${proven}`,
        for: '30s',
        summary: 'Messages do not reach {{ $labels.channel }}',
        description: 'The notifier keeps trying and delivers nothing, or its oldest message has waited over a minute.',
        threshold: 'one delivery between failures, 60s of waiting',
        dashboard: 'system-health',
      }),
      alert({
        name: 'NotifierNeverDelivered',
        severity: 'ticket',
        expr: `${oldest('!~')} > 60 unless on (channel) ${proven}`,
        for: '1m',
        summary: 'Messages for {{ $labels.channel }} have nowhere to go',
        description:
          'Messages wait for {{ $labels.channel }}, and none was ever delivered there: its address or token is not set, or wrong.',
        value: '{{ $value | humanizeDuration }} of waiting',
        threshold: '60s of waiting',
        dashboard: 'system-health',
      }),
      alert({
        name: 'NotificationRefused',
        severity: 'ticket',
        expr: `${oldest('=~')} > 60`,
        for: '1m',
        summary: 'A message was refused: {{ $labels.channel }}',
        description:
          'A channel takes messages, and refused one for what it says. It stands aside and is tried again; the others are delivered.',
        value: '{{ $value | humanizeDuration }} of waiting',
        threshold: '60s of waiting',
        dashboard: 'system-health',
      }),
    ],
  },
];
