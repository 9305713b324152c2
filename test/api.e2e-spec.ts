import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CheckedHub, pathsOf, refusal } from './support/api/checked-hub.js';
import type { Answer, Call } from './support/api/hub.js';

describe('the HTTP API', () => {
  let checked: CheckedHub;
  beforeAll(async () => {
    checked = await CheckedHub.start();
  });
  afterAll(() => checked.close());

  describe('starting runs', () => {
    it('answers 202 with where the run is, and the run succeeds', async () => {
      const started = await checked.startRun('order', { input: { item: 'aaa', count: 3 } });
      expect(started).toMatchObject({ status: 202, body: { workflow: 'order', duplicate: false } });
      expect(started.headers.get('location')).toBe(`/api/v1/runs/${started.body.id}`);
      const run = await checked.hub.ended(started.body.id as string);
      expect(run).toMatchObject({
        status: 'succeeded',
        input: { item: 'aaa', count: 3 },
        output: 6,
        error: null,
        trigger: { kind: 'manual' },
        steps: [{ id: 'total', path: 'total', uses: 'transform.value', status: 'succeeded', attempt: 1, output: 6 }],
      });
      const events = await checked.call(`/api/v1/runs/${run.id}/events`);
      expect(events.body.items.map(({ type }: { type: string }) => type)).toEqual([
        'RunCreated',
        'RunStarted',
        'StepStarted',
        'StepSucceeded',
        'RunSucceeded',
      ]);
      expect(await checked.call(`/api/v1/runs/${run.id}`)).toMatchObject({ status: 200 });
      expect(await checked.call(`/api/v1/runs/${run.id}/logs`)).toMatchObject({
        status: 200,
        body: { items: [], nextCursor: null },
      });
    });

    it('needs no body when the workflow needs no input', async () => {
      expect((await checked.call('/api/v1/workflows/hello/runs', { method: 'POST' })).status).toBe(202);
    });

    it('starts one run for one Idempotency-Key, however often and at once it is sent', async () => {
      const headers = { 'idempotency-key': 'order-4711' };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => checked.startRun('order', { input: { item: 'a', count: 2 } }, { headers })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
      expect(new Set(answers.map(({ body }) => body.id as string)).size).toBe(1);
      expect(answers.filter(({ body }) => body.duplicate === false)).toHaveLength(1);
      const reordered = await checked.startRun('order', { input: { count: 2, item: 'a' } }, { headers });
      expect(reordered.body).toMatchObject({ id: answers[0]?.body.id as string, duplicate: true });
      expect(refusal(await checked.startRun('order', { input: { item: 'aa' } }, { headers }))).toEqual([
        422,
        'CC_IDEMPOTENCY_MISMATCH',
      ]);
      expect((await checked.startRun('hello', {}, { headers })).body.duplicate).toBe(false);
      expect(refusal(await checked.startRun('hello', {}, { headers: { 'idempotency-key': 'with space' } }))).toEqual([
        400,
        'CC_REQUEST_INVALID',
      ]);
    });

    it('pins the version it is asked for', async () => {
      const { version } = (await checked.call('/api/v1/workflows/hello')).body;
      expect((await checked.startRun('hello', { version })).body.version).toBe(version);
      expect(refusal(await checked.startRun('hello', { version: 'nope' }))).toEqual([404, 'CC_WORKFLOW_NOT_FOUND']);
    });
  });

  it('tells what a run cost, alone and in lists', async () => {
    const slow = createServer((_request, response) => setTimeout(() => response.end(), 60)).listen(0, '127.0.0.1');
    await new Promise((listening) => slow.once('listening', listening));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
    const { id } = (await checked.startRun('asks', { input: { url } })).body;
    const run = await checked.hub.ended(id as string);
    slow.close();
    expect(run.status).toBe('succeeded');
    const { usd, activeSeconds } = run.cost as { usd: number; activeSeconds: number };
    // 60 USD a minute are one a second.
    expect(activeSeconds).toBeGreaterThan(0.05);
    expect(usd).toBeCloseTo(activeSeconds, 9);
    const { items } = (await checked.call('/api/v1/runs?workflow=asks')).body;
    expect(items).toMatchObject([{ id, cost: { usd, activeSeconds } }]);
  });

  it('cancels a run that waits, once', async () => {
    const { id } = (await checked.startRun('waits')).body;
    while ((await checked.hub.call(`/api/v1/runs/${id}`)).body.status !== 'waiting')
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await checked.call('/api/v1/runs?status=waiting')).body.items).toMatchObject([{ id }]);
    expect(await checked.post(`/api/v1/runs/${id}/cancel`, { reason: 'wrong host' })).toMatchObject({
      status: 202,
      body: { id },
    });
    expect(await checked.hub.ended(id as string)).toMatchObject({
      status: 'cancelled',
      error: { code: 'CC_RUN_CANCELLED', message: expect.stringContaining('wrong host') as string },
    });
    expect(refusal(await checked.call(`/api/v1/runs/${id}/cancel`, { method: 'POST' }))).toEqual([
      409,
      'CC_RUN_FINISHED',
    ]);
  });

  describe('lists', () => {
    it('give each of 250 runs exactly once, newest first, while more are started', async () => {
      const ids = new Set<string>();
      for (let n = 0; n < 250; n += 50) {
        const batch = await Promise.all(
          Array.from({ length: 50 }, () =>
            checked.hub.post('/api/v1/workflows/order/runs', { input: { item: 'aaaa' } }),
          ),
        );
        for (const { body } of batch) ids.add(body.id as string);
      }
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Answer = await checked.call(
          `/api/v1/runs?workflow=order&limit=100${cursor === null ? '' : `&cursor=${cursor}`}`,
        );
        seen.push(...page.body.items.map(({ id }: { id: string }) => id));
        cursor = page.body.nextCursor;
        await checked.startRun('order', { input: { item: 'late' } }, { method: 'POST' }).catch(() => undefined);
        await checked.hub.post('/api/v1/workflows/order/runs', { input: { item: 'aaaaa' } });
      } while (cursor !== null);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => ids.has(id))).toHaveLength(250);
      expect(seen).toEqual([...seen].sort().reverse());
    });

    it('filter by status, trigger and time', async () => {
      const { body } = await checked.startRun('hello');
      const run = await checked.hub.ended(body.id as string);
      const ids = async (query: string) =>
        (await checked.call(`/api/v1/runs?workflow=hello&limit=200&${query}`)).body.items.map(
          ({ id }: { id: string }) => id,
        ) as string[];
      expect(await ids('status=succeeded')).toContain(run.id);
      expect(await ids('status=failed,cancelled')).toEqual([]);
      expect(await ids('trigger=manual')).toContain(run.id);
      expect(await ids('trigger=schedule')).toEqual([]);
      const at = Date.parse(run.createdAt as string);
      const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
      expect(await ids(`since=${iso(at)}&until=${iso(at + 1)}`)).toContain(run.id);
      expect(await ids(`until=${iso(at)}`)).not.toContain(run.id);
      expect(await ids(`since=${iso(at + 1)}`)).not.toContain(run.id);
      expect(await ids('since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z')).toEqual([]);
    });

    it('page a run log by its numbers', async () => {
      const { body } = await checked.startRun('hello');
      await checked.hub.ended(body.id as string);
      const first = await checked.call(`/api/v1/runs/${body.id}/events?limit=2`);
      expect(first.body).toMatchObject({ items: [{ seq: 1 }, { seq: 2 }], nextCursor: '2' });
      const rest = await checked.call(`/api/v1/runs/${body.id}/events?cursor=2`);
      expect(rest.body).toMatchObject({ items: [{ seq: 3 }, { seq: 4 }, { seq: 5 }], nextCursor: null });
    });

    it('page what is in memory too', async () => {
      const first = await checked.call('/api/v1/workflows?limit=2');
      expect(first.body.items).toHaveLength(2);
      const rest = await checked.call(`/api/v1/workflows?cursor=${first.body.nextCursor}`);
      expect([...first.body.items, ...rest.body.items].map(({ id }: { id: string }) => id)).toEqual([
        'asks',
        'hello',
        'nightly',
        'order',
        'paid',
        'waits',
      ]);
    });

    it('end a page early rather than build an answer of a hundred megabytes', async () => {
      const big = 'a'.repeat(900_000);
      for (let n = 0; n < 6; n += 1)
        expect((await checked.hub.post('/api/v1/workflows/hello/runs', { input: { big } })).status).toBe(202);
      const page = await checked.call('/api/v1/runs?workflow=hello&limit=200');
      expect(page.body.items).toHaveLength(4);
      expect(
        (await checked.call(`/api/v1/runs?workflow=hello&limit=200&cursor=${page.body.nextCursor}`)).body.items.length,
      ).toBeGreaterThan(2);
    });
  });

  describe('events', () => {
    const paid = (id: string, total: number) => ({
      specversion: '1.0',
      id,
      source: '/shop',
      type: 'order.paid',
      data: { total },
    });
    const send = (event: unknown, more: Call = {}) =>
      checked.post('/api/v1/events', event, { type: 'application/cloudevents+json', ...more });

    it('are accepted once and start what listens', async () => {
      expect(await send(paid('1', 250))).toMatchObject({ status: 202, body: { accepted: 1, duplicate: 0 } });
      expect(await send(paid('1', 250))).toMatchObject({ status: 202, body: { accepted: 0, duplicate: 1 } });
      await send(paid('2', 50));
      let items: { input: unknown; trigger: { kind: string } }[] = [];
      for (let waited = 0; items.length === 0 && waited < 15_000; waited += 50) {
        items = (await checked.call('/api/v1/runs?workflow=paid')).body.items;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(items).toMatchObject([{ input: { total: 250 }, trigger: { kind: 'event', event: { id: '1' } } }]);
    });

    it('are taken in binary mode, and in batches', async () => {
      const headers = { 'ce-id': 'b', 'ce-type': 'x', 'ce-source': '/test', 'ce-specversion': '1.0' };
      for (const more of [{ type: 'application/json' }, { text: 'one', type: 'text/csv' }, { type: 'image/png' }]) {
        const taken = await send({ total: 1 }, { ...more, headers: { ...headers, 'ce-source': `/${more.type}` } });
        expect(taken).toMatchObject({ status: 202, body: { accepted: 1, duplicate: 0 } });
      }
      const batch = { type: 'application/cloudevents-batch+json' };
      const two = [paid('b1', 1), paid('b2', 1), paid('b1', 1)];
      expect(await send(two, batch)).toMatchObject({ status: 202, body: { accepted: 2, duplicate: 1 } });
      expect(await send(two, batch)).toMatchObject({ status: 202, body: { accepted: 0, duplicate: 3 } });
      expect(await send([], batch)).toMatchObject({ status: 202, body: { accepted: 0, duplicate: 0 } });
      const refused = await send(
        [paid('b3', 1), { ...paid('b4', 1), type: '' }, { ...paid('b5', 1), time: 'now' }],
        batch,
      );
      expect(refused.status).toBe(400);
      expect(pathsOf(refused)).toEqual(['1.type', '2.time']);
      expect(await send([paid('b3', 1)], batch)).toMatchObject({ status: 202, body: { accepted: 1, duplicate: 0 } });
    });

    it.each([
      ['an event that lacks things', { specversion: '1.0', type: 'x' }, {}, 400, 'CC_EVENT_INVALID'],
      ['no event at all', [], {}, 400, 'CC_EVENT_INVALID'],
      ['a batch with a wrong event', [{}], { type: 'application/cloudevents-batch+json' }, 400, 'CC_EVENT_INVALID'],
      ['a batch that is none', {}, { type: 'application/cloudevents-batch+json' }, 400, 'CC_EVENT_INVALID'],
      [
        'an unfinished binary mode',
        1,
        { type: 'application/json', headers: { 'ce-id': '1' } },
        400,
        'CC_EVENT_INVALID',
      ],
      ['XML', '<event/>', { type: 'text/xml' }, 415, 'CC_MEDIA_TYPE_UNSUPPORTED'],
    ] satisfies [string, unknown, Call, number, string][])(
      'are refused: %s',
      async (_name, body, more, status, code) => {
        expect(refusal(await send(body, more))).toEqual([status, code]);
      },
    );
  });
});
