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
      [messages('delivered')]: '3x29 4x99',
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
    series: { [messages('failed')]: '0x60', [messages('delivered')]: '1x60', [oldest()]: '60x60' },
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
    says: 'the first attempt that ever fails: its counter begins at 1',
    series: { [messages('failed')]: '_x11 1x60', [messages('delivered')]: '9x72', [oldest()]: '0x11 5+5x60' },
    checks: [born('2m45s', { labels: { channel: 'ops' } })],
  },
  {
    alert: 'NotifierFailing',
    says: 'the hub is started again while Slack is down: that it ever delivered is remembered',
    series: {
      [messages('failed')]: '0x6 1+1x10 stale _x6 1+1x60',
      [messages('delivered')]: '7x17 stale',
      [oldest()]: '0x6 5+5x10 stale _x6 90+5x60',
    },
    checks: [fires('4m', { labels: { channel: 'ops' } })],
  },
  {
    alert: 'NotifierFailing',
    says: 'the hub is started again while one message waits, and delivers it',
    series: {
      [messages('delivered')]: '7x10 stale _x6 1x60',
      [oldest()]: '0x8 3 stale _x6 40 0x60',
    },
    checks: [quiet('1m30s'), quiet('2m'), quiet('4m')],
  },
  {
    alert: 'NotifierFailing',
    says: 'a channel has no address, and nobody could be called by it',
    series: { [messages('failed')]: '_x5 1+1x60', [oldest()]: '0x5 5+5x60' },
    checks: [quiet('2m'), quiet('4m')],
  },
  {
    alert: 'NotifierFailing',
    says: 'one message is refused for what it says, the others go out',
    series: {
      [messages('delivered')]: '0+1x66',
      [oldest()]: '0x66',
      [messages('failed', 'ops:refused')]: '_x5 1+1x60',
      [oldest('ops:refused')]: '_x5 5+5x60',
    },
    checks: [quiet('2m'), quiet('4m')],
  },
  {
    alert: 'NotifierNeverDelivered',
    says: 'a channel has no address until somebody sets it; another never had a message',
    series: {
      [messages('failed')]: '_x5 1+1x60',
      [messages('delivered')]: '_x48 1x60',
      [oldest()]: '0x5 5+5x42 0x60',
      [oldest('mail')]: '0x120',
    },
    checks: [quiet('1m30s'), fires('3m', { labels: { channel: 'ops' }, value: '2m 35s of waiting' }), resolved('7m')],
  },
  {
    alert: 'NotifierNeverDelivered',
    says: 'a channel that delivered before is down: NotifierFailing says so, not this',
    series: {
      [messages('delivered')]: '2x10 stale',
      [messages('failed')]: '_x5 1+1x80',
      [oldest()]: '0x5 5+5x80',
    },
    checks: [quiet('2m'), quiet('7m')],
  },
  {
    alert: 'NotifierNeverDelivered',
    says: 'the first message of all takes a moment',
    series: { [messages('delivered')]: '_x8 1x60', [oldest()]: '0x5 3 8 0x60' },
    checks: [quiet('1m'), born('3m')],
  },
  {
    alert: 'NotifierNeverDelivered',
    says: 'nothing is sent',
    series: { [oldest()]: '0x60' },
    checks: [noTraffic('4m')],
  },
  {
    alert: 'NotificationRefused',
    says: 'Slack refuses a message for what it says; later its template is mended',
    series: {
      [messages('delivered')]: '0+1x100',
      [oldest()]: '0x100',
      [oldest('ops:refused')]: '_x5 5+5x40 stale',
    },
    checks: [fires('3m', { labels: { channel: 'ops:refused' }, value: '2m 40s of waiting' }), resolved('6m30s')],
  },
  {
    alert: 'NotificationRefused',
    says: 'a channel is down',
    series: { [messages('failed')]: '0+1x60', [oldest()]: '0+5x60' },
    checks: [quiet('4m')],
  },
  { alert: 'NotificationRefused', says: 'nothing is sent', series: { [oldest()]: '0x60' }, checks: [noTraffic('4m')] },
];
