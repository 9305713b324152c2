import { alert, type Group, hubJob } from '../rule.ts';
import { grown, other } from '../select.ts';

const job = `job="${hubJob}"`;
const messages = (outcome: string) =>
  `${grown(other('notifier_messages_total', job, `outcome="${outcome}"`), '2m', 'channel')}`;
/** As old as the oldest message of any replica: they share the queue. */
const oldest = `max by (channel) (${other('notifier_queue_oldest_seconds', job)})`;

export const notifier: readonly Group[] = [
  {
    name: 'notifier',
    interval: '5s',
    rules: [
      alert({
        name: 'NotifierFailing',
        severity: 'critical',
        // The second half also sees a channel whose first attempt ever failed: its counter begins at 1.
        expr: `(${messages('failed')} > 0 unless ${messages('delivered')} > 0) and ${oldest} > 10 or ${oldest} > 60`,
        for: '30s',
        summary: 'Messages do not reach {{ $labels.channel }}',
        description: 'The notifier keeps trying and delivers nothing, or its oldest message has waited over a minute.',
        threshold: 'one delivery between failures, 60s of waiting',
        dashboard: 'system-health',
      }),
    ],
  },
];
