import fc from 'fast-check';
import { checkPayload } from '../dev/slack-inbox/payload.js';
import { groupItems, type Item } from '../plugins/notifier/src/item.js';
import { plainSlackMessage, slackMessage } from '../plugins/notifier/src/message/slack.js';
import { Notification } from '../plugins/notifier/src/payload.js';
import { nextMessage } from '../plugins/notifier/src/plan.js';

const word = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('<!channel>', '&amp;<>*_`', '👩‍🚀'.repeat(90), '\ud800', 'x'.repeat(4_000), 'javascript:alert(1)'),
);
const url = fc.oneof(word, fc.webUrl(), fc.constant(`https://a.example/${'ü'.repeat(2_000)}`));
const status = fc.constantFrom('firing', 'resolved');
const notification = fc.record({
  version: fc.constant('4'),
  groupKey: fc.constantFrom('1', '2', '3', '4', '5', '6', '7', '8', '9'),
  status,
  groupLabels: fc.dictionary(fc.constantFrom('alertname', 'slo'), word),
  commonAnnotations: fc.record(
    { summary: word, description: word, value: word, runbook_url: url },
    { requiredKeys: [] },
  ),
  alerts: fc.array(
    fc.record({ status, labels: fc.record({ alertname: word, id: word }), startsAt: fc.constant('2026-11-23T10:00:00Z'), fingerprint: fc.nat(200).map(String) }), // prettier-ignore
    { minLength: 1, maxLength: 60 },
  ),
});
const text = fc
  .record({ text: fc.string({ minLength: 1, maxLength: 10_000 }), title: fc.option(word, { nil: undefined }) })
  .map(({ text, title }): Item => ({ kind: 'text', text, title, fields: { a: text.slice(0, 2_000) } }));

it('whatever waits, the messages are what Slack takes: by the rules of the inbox', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(notification, text), { minLength: 1, maxLength: 20 }), (waiting) => {
      const data = waiting.flatMap((one, n) =>
        'kind' in one
          ? [one]
          : groupItems(Notification.parse(one), String(n), ['slack']).map((item) => item.data as Item),
      );
      let left = data.map((item, n) => ({ id: String(n), data: item, addedAt: new Date(0) }));
      while (left.length > 0) {
        const message = nextMessage(left, 2);
        for (const payload of [
          slackMessage(message, { grafana: 'http://127.0.0.1:3003' }),
          plainSlackMessage(message),
        ]) {
          expect(checkPayload(JSON.parse(JSON.stringify(payload)) as Record<string, unknown>)).toBeUndefined();
        }
        left = left.filter(({ id }) => !message.done.includes(id));
      }
    }),
    { numRuns: 150 },
  );
});
