import { born, fires, noTraffic, quiet, resolved, type Scenario } from './case.ts';

const messages = (outcome: string, channel = 'ops') =>
  `notifier_messages_total{job="commandcenter", instance="hub:9464", channel="${channel}", outcome="${outcome}"}`;
const oldest = (channel = 'ops') =>
  `notifier_queue_oldest_seconds{job="commandcenter", instance="hub:9464", channel="${channel}"}`;

export const notifier: readonly Scenario[] = [
  {
    alert: 'NotifierFailing',
    says: 'Slack refuses for a minute and a half, then takes the message; mail is delivered all the time',
    series: {
      [messages('failed')]: '0x11 1+1x17 18x100',
      [messages('delivered')]: '0x29 1x99',
      [oldest()]: '0x11 0+5x17 0x100',
      [messages('failed', 'mail')]: '0x128',
      [messages('delivered', 'mail')]: '0+1x128',
      [oldest('mail')]: '0x128',
    },
    checks: [quiet('1m'), fires('2m', { labels: { channel: 'ops' } }), resolved('5m30s')],
  },
  {
    alert: 'NotifierFailing',
    says: 'attempts fail now and then, and messages go out',
    series: { [messages('failed')]: '0+1x60', [messages('delivered')]: '0+1x60', [oldest()]: '20x60' },
    checks: [quiet('3m'), quiet('5m')],
  },
  {
    alert: 'NotifierFailing',
    says: 'a message waits for a minute, and no longer',
    series: { [messages('failed')]: '0x60', [messages('delivered')]: '0x60', [oldest()]: '60x60' },
    checks: [quiet('4m')],
  },
  {
    alert: 'NotifierFailing',
    says: 'nothing is sent',
    series: { [messages('failed')]: '7x60', [messages('delivered')]: '7x60', [oldest()]: '0x60' },
    checks: [noTraffic('4m')],
  },
  {
    alert: 'NotifierFailing',
    says: 'the first message of a channel fails: its counter begins at 1',
    series: { [messages('failed')]: '_x11 1x60', [oldest()]: '_x11 5+5x60' },
    checks: [born('2m45s', { labels: { channel: 'ops' } })],
  },
];
