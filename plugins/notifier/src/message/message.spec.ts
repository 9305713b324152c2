import fc from 'fast-check';
import { groupItems, type Item } from '../item.js';
import { Notification } from '../payload.js';
import { nextMessage, type Message } from '../plan.js';
import { mailHtml, mailText, plainOf } from './plain.js';
import { plainSlackMessage, slackMessage } from './slack.js';
import { cut, slackCode, slackText } from './texts.js';
import { duration, slackDate } from './times.js';

const links = { grafana: 'http://127.0.0.1:3003' };
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('<!channel>', '<@U1>', '`*_~', '&amp;<>', '👩‍🚀'.repeat(90), '\ud800', '\0\u202e', 'x'.repeat(5_000)),
);
const labels = fc.dictionary(
  fc.constantFrom('alertname', 'severity', 'slo', 'workflow_id', 'constructor', 'instance'),
  nasty,
);
const annotations = fc.dictionary(
  fc.constantFrom('summary', 'description', 'value', 'threshold', 'slo_budget_left', 'runbook_url', 'dashboard_url'),
  fc.oneof(nasty, fc.constantFrom('https://a.example/b', 'javascript:alert(1)')),
);
const status = fc.constantFrom('firing', 'resolved');
const alert = fc.record({
  status,
  labels,
  annotations,
  startsAt: fc.constant('2026-11-23T10:00:00Z'),
  endsAt: fc.constantFrom('0001-01-01T00:00:00Z', '2026-11-23T10:04:12Z'),
  fingerprint: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
});
const notifications = fc.record({
  version: fc.constant('4'),
  groupKey: fc.constantFrom('1', '2', '3', '4'),
  status,
  groupLabels: labels,
  commonLabels: labels,
  commonAnnotations: annotations,
  notification_reason: nasty,
  alerts: fc.array(alert, { minLength: 1, maxLength: 12 }),
});

const queued = (list: readonly unknown[]) =>
  list.flatMap((body, n) =>
    groupItems(Notification.parse(body), String(n), ['slack']).map(({ id, data }) => ({
      id,
      data: data as Item,
      addedAt: new Date(0),
    })),
  );

/** Sends until nothing waits. */
function messagesOf(items: ReturnType<typeof queued>, mergeFrom: number): Message[] {
  const messages: Message[] = [];
  for (let left = items; left.length > 0;) {
    const message = nextMessage(left, mergeFrom);
    expect(message.done.length).toBeGreaterThan(0);
    messages.push(message);
    left = left.filter(({ id }) => !message.done.includes(id));
  }
  return messages;
}

/** Up to a hundred alerts in a group; each has a label that no other has, and it comes first. */
const large = fc
  .array(
    fc.record({ groupKey: fc.constantFrom('1', '2', '3'), status, alerts: fc.array(fc.tuple(fc.nat(120), status), { minLength: 1, maxLength: 100 }) }), // prettier-ignore
    { minLength: 1, maxLength: 12 },
  )
  .map((list) =>
    list.map(({ groupKey, status, alerts }) => ({
      version: '4',
      groupKey,
      status,
      groupLabels: { alertname: 'A' },
      alerts: alerts.map(([n, status]) => ({
        status,
        labels: { id: `${groupKey}.${n}.`, instance: 'x'.repeat(n) },
        startsAt: '2026-11-23T10:00:00Z',
        fingerprint: `f${n}`,
      })),
    })),
  );

it('every alert of every group is named, in each of its states, whatever waits, and with or without blocks', () => {
  fc.assert(
    fc.property(large, fc.integer({ min: 2, max: 6 }), (list, mergeFrom) => {
      const messages = messagesOf(queued(list), mergeFrom);
      const texts = {
        blocks: messages.map((message) => JSON.stringify(slackMessage(message, links))).join(),
        plain: messages.map((message) => plainSlackMessage(message).text).join(),
        mail: messages.map(({ entries }) => mailText(entries.map((entry) => plainOf(entry, links)))).join(),
      };
      const said = list.flatMap(({ alerts }) => alerts.map(({ status, labels }) => `${status} id=${labels.id}`));
      for (const text of Object.values(texts)) expect(said.filter((one) => !text.includes(one))).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('what waited long is told in few messages, none of them larger than Slack takes', () => {
  fc.assert(
    fc.property(large, (list) => {
      const items = queued(list);
      const messages = messagesOf(items, 2);
      expect(messages.length).toBeLessThanOrEqual(items.length);
      for (const message of messages) {
        const { attachments } = slackMessage(message, links);
        expect(attachments.flatMap(({ blocks = [] }) => blocks).length).toBeLessThanOrEqual(50);
        for (const { blocks = [] } of attachments) checkBlocks(blocks as any[]);
        expect(plainSlackMessage(message).text.length).toBeLessThanOrEqual(40_000);
      }
    }),
    { numRuns: 100 },
  );
});

it('keeps to the limits of Block Kit and lets nobody be called, whatever the labels are', () => {
  fc.assert(
    fc.property(fc.array(notifications, { minLength: 1, maxLength: 12 }), (list) => {
      for (const message of messagesOf(queued(list), 2)) {
        const { text, attachments } = slackMessage(message, links);
        expect(JSON.stringify([text, attachments]).replace(/<!date\^/g, '')).not.toMatch(/<[!@#]/);
        expect(attachments.length).toBeLessThanOrEqual(10);
        for (const { blocks = [] } of attachments) checkBlocks(blocks as any[]);
        const mail = mailHtml(message.entries.map((entry) => plainOf(entry, links)));
        expect(mail).not.toMatch(/<!channel|<@|href="javascript:/);
      }
    }),
    { numRuns: 200 },
  );
});

function checkBlocks(blocks: readonly any[]): void {
  expect(blocks.length).toBeLessThanOrEqual(50);
  const within = (text: string, max: number) => {
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThanOrEqual(max);
    expect(text).not.toMatch(/\p{Cs}/u);
    expect(text.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
  };
  for (const block of blocks) {
    if (block.type === 'header') within(block.text.text, 150);
    if (block.type === 'section' && block.text) within(block.text.text, 3_000);
    if (block.fields) expect(block.fields.length).toBeLessThanOrEqual(10);
    for (const field of block.fields ?? []) within(field.text, 2_000);
    for (const { type, text, url } of block.elements ?? []) {
      within(type === 'button' ? text.text : text, type === 'button' ? 75 : 3_000);
      if (type === 'button') expect(url).toMatch(/^https?:.{1,2993}$/);
    }
  }
}

it('has what a reader needs: value against threshold, budget, and where to look', () => {
  const body = {
    version: '4',
    groupKey: 'k',
    status: 'firing',
    groupLabels: { alertname: 'A', slo: 's' },
    commonLabels: { severity: 'critical' },
    commonAnnotations: {
      summary: 'Workflow failures 52 %',
      value: '52 %',
      threshold: '20 %',
      slo_budget_left: '42.1%',
      runbook_url: 'https://r.example/a',
      dashboard_url: 'http://127.0.0.1:3003/d/x',
    },
    externalURL: 'http://127.0.0.1:9093',
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'A' },
        startsAt: '2026-11-23T10:00:00Z',
        generatorURL: 'http://p/graph',
        fingerprint: 'a',
      },
    ],
  };
  const { text, attachments } = slackMessage(nextMessage(queued([body]), 2), links);
  expect(text).toBe('🔴 *FIRING · Workflow failures 52 %*');
  const [{ color, blocks = [] }] = attachments as [{ color: string; blocks: any[] }];
  expect(color).toBe('#d92d20');
  expect(blocks.find(({ fields }) => fields).fields.map(({ text }: { text: string }) => text)).toEqual([
    '*Since*\n<!date^1795428000^{date_short_pretty} {time_secs}|2026-11-23T10:00:00.000Z>',
    '*Severity*\n`critical`',
    '*Value*\n`52 %`, threshold `20 %`',
    '*Error budget left*\n`42.1%`',
    '*Alerts*\n1 firing, 0 resolved',
  ]);
  const urls = Object.fromEntries(
    blocks.find(({ type }) => type === 'actions').elements.map((one: any) => [one.text.text, one.url]),
  );
  expect(Object.keys(urls)).toEqual(['Runbook', 'Dashboard', 'Traces', 'Logs', 'Silence', 'Query']);
  expect(urls['Dashboard']).toBe('http://127.0.0.1:3003/d/x?from=1795426200000&to=now');
  expect(decodeURIComponent(urls['Silence'])).toBe(
    'http://127.0.0.1:9093/#/silences/new?filter={alertname="A",slo="s"}',
  );
  expect(decodeURIComponent(urls['Traces'])).toContain('status=error');
});

it('splits a notification that is too large for one item, and puts together what one message has room for', () => {
  const alerts = Array.from({ length: 300 }, (_, n) => ({ status: 'firing', labels: { alertname: 'A', n: `${n}` }, annotations: { description: 'd'.repeat(1_900) }, startsAt: '2026-11-23T10:00:00Z', fingerprint: `f${n}` })); // prettier-ignore
  const items = queued([{ version: '4', groupKey: 'k', status: 'firing', alerts }]);
  expect(items.length).toBeGreaterThan(1);
  for (const { data } of items) expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThanOrEqual(262_144);
  const { entries, done } = nextMessage(items, 2);
  expect(done).toHaveLength(2);
  expect(entries[0]).toMatchObject({
    kind: 'group',
    earlier: [],
    group: { part: 2, parts: 8, alerts: { length: 80 } },
  });
  const few = queued([{ version: '4', groupKey: 'k', status: 'firing', alerts: alerts.slice(0, 50) }]);
  expect(few).toHaveLength(2);
  expect(nextMessage(few, 2).entries[0]).toMatchObject({ group: { part: 1, parts: 1, alerts: { length: 50 } } });
});

it('a long text of a workflow is shown whole, over several sections', () => {
  const text = Array.from({ length: 1_000 }, (_, n) => `line ${n} <&>`).join('\n').slice(0, 10_000); // prettier-ignore
  const message = { entries: [{ kind: 'text' as const, text: { kind: 'text' as const, text } }] };
  const { attachments, ...top } = slackMessage(message, links);
  expect(top).toEqual({}); // no title: what a phone shows is the attachment's fallback
  const sections = attachments[0]!.blocks as any[];
  checkBlocks(sections);
  const shown = sections.map((block) => block.text.text).join('');
  expect(shown.length).toBeGreaterThan(11_900);
  expect(slackText(text, 100_000).startsWith(shown.slice(0, -1))).toBe(true);
});

it('takes what is large by cutting it, and tells what is wrong by path', () => {
  const wide = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`label_${n}`, '\u20ac'.repeat(9_000)]));
  const one = {
    status: 'firing',
    labels: wide,
    annotations: wide,
    startsAt: '2026-11-23T10:00:00Z',
    fingerprint: 'a',
    newer: 1,
  };
  const whole = { version: '4', groupKey: 'k'.repeat(5_000), status: 'firing', groupLabels: wide, commonLabels: wide, commonAnnotations: wide, alerts: [one, { ...one, fingerprint: 'b' }] }; // prettier-ignore
  for (const { data } of queued([whole])) expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThanOrEqual(262_144);
  const wrong = Notification.safeParse({
    version: '3',
    groupKey: '',
    status: 'x',
    alerts: [{ ...one, startsAt: 'soon' }],
  });
  expect(wrong.error?.issues.map(({ path }) => path.join('.'))).toEqual(expect.arrayContaining(['version', 'groupKey', 'status', 'alerts.0.startsAt'])); // prettier-ignore
});

it('cuts between characters and entities', () => {
  expect(slackText('<<<<', 9)).toBe('&lt;&lt;…');
  expect(slackText('👍👍', 3)).toBe('👍…');
  expect(cut('👍👍', 3)).toBe('👍…');
  expect(slackCode('a`b\nc', 50)).toBe("`a'b c`");
  expect(slackText('<!channel> & co', 100)).toBe('&lt;!channel&gt; &amp; co');
});

it('says how long', () => {
  expect([0, 252_000, 3_600_000, 90_061_000].map(duration)).toEqual(['0 s', '4 m 12 s', '1 h', '1 d 1 h']);
  expect(slackDate('2026-11-23T10:00:00Z')).toContain('<!date^1795428000^');
});
