import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Reader } from './support/reader.js';

/** Each sample with an input, and how its run ends. `hub` is an address that answers, `nobody` one that does not. */
const samples: Record<string, { input?: unknown; answer?: Answer; ends: unknown }> = {
  'deploy-with-approval': {
    input: { service: 'shop', version: '2.3', settle: '100ms' },
    answer: approve,
    ends: { deployed: 'shop 2.3, approved by bootstrap', comment: 'looks good', health: expect.stringMatching(/up|degraded/) }, // prettier-ignore
  },
  'fan-out': { ends: { asked: 3, up: 2, down: [expect.any(String)] } },
  'flaky-service': { input: { url: 'hub' }, ends: { order: 'none', status: 200, attempts: 1 } },
  'github-push': {
    input: { repository: 'acme/shop', commit: '9049f12', commits: [{ id: '9049f12', message: 'Sell hats' }] },
    ends: { title: 'somebody pushed 1 commits to acme/shop', commit: '9049f12', changes: ['9049f12 Sell hats'] },
  },
  hello: { ends: 'Hello, world!' },
  'keep-a-report': { ends: { text: 'Nothing to report', bytes: 17, reports: 1 } },
  'leave-a-note': { ends: expect.anything() },
  'order-paid': { input: { order: 'o-1', total: 600 }, ends: expect.objectContaining({ order: 'o-1', toPay: 570 }) },
  'order-shipped': {
    input: { order: 'o-7' },
    answer: (reader) => reader.hub.call('POST', '/events', shipped, 'application/cloudevents+json'),
    ends: 'Order o-7 is on its way: parcel CH-99',
  },
  'parallel-checks': { ends: expect.objectContaining({ numbers: 3, even: [8], complaint: 'none' }) },
  'service-health': { ends: expect.objectContaining({ health: expect.stringMatching(/up|degraded/) }) },
  'slow-report': { input: { url: 'hub' }, ends: { status: 200, seconds: expect.any(Number) } },
  tell: { input: { text: 'api 2.3 is live' }, ends: null },
  'weekday-report': { ends: expect.objectContaining({ team: 'everyone', open: 2 }) },
};
/** Asks Prometheus for minutes: run by alert-sample.e2e-spec.ts. */
const elsewhere = ['high-error-rate'];

type Answer = (reader: Reader, run: string) => Promise<unknown>;
const shipped = { specversion: '1.0', id: 's-1', source: '/shop', type: 'order.shipped', data: { id: 'o-7', parcel: 'CH-99' } }; // prettier-ignore

async function approve(reader: Reader, run: string): Promise<unknown> {
  for (;;) {
    const { body } = await reader.hub.call('GET', '/approvals?status=pending');
    const asked = body.items.find((one: { run: string }) => one.run === run);
    const decision = { decision: 'approve', comment: 'looks good' };
    if (asked !== undefined) return reader.hub.call('POST', `/approvals/${asked.id}/decision`, decision);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the sample workflows on the hub as it comes', () => {
  let reader: Reader;
  beforeAll(async () => {
    reader = await Reader.come();
    await reader.startHub();
  }, 120_000);
  afterAll(() => reader?.leave(), 60_000);

  it('are all here', () => {
    const files = readdirSync(join(import.meta.dirname, '../workflows')).map((file) => file.replace('.yaml', ''));
    expect([...Object.keys(samples), ...elsewhere].sort()).toEqual(files.sort());
  });

  it.each(Object.entries(samples))(
    '%s runs',
    async (workflow, { input = {}, answer, ends }) => {
      const text = JSON.stringify({ input }).replace('"hub"', `"${reader.hub.url}/health/live"`);
      const started = await reader.hub.call('POST', `/workflows/${workflow}/runs`, JSON.parse(text));
      expect([started.status, started.body]).toEqual([202, expect.anything()]);
      await answer?.(reader, started.body.id);
      const run = await reader.ended(started.body.id);
      expect([run.status, run.error, run.output]).toEqual(['succeeded', null, ends]);
      expect(run.steps.filter(({ status }: { status: string }) => status === 'pending')).toEqual([]);
    },
    60_000,
  );

  it('an order that is placed is followed until it is shipped', async () => {
    const send = (id: string, type: string, data: object) =>
      reader.hub.call('POST', '/events', { specversion: '1.0', id, source: '/shop', type, data }, 'application/cloudevents+json'); // prettier-ignore
    await send('p-8', 'order.placed', { id: 'o-8' });
    for (;;) {
      const { body } = await reader.hub.call('GET', '/runs?workflow=order-shipped&trigger=event');
      const [run] = body.items;
      if (run === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      await send('s-9', 'order.shipped', { id: 'o-9', parcel: 'of somebody else' });
      await send('s-8', 'order.shipped', { id: 'o-8' });
      expect((await reader.ended(run.id)).output).toBe('Order o-8 is on its way: parcel without a number');
      return;
    }
  }, 60_000);
});
