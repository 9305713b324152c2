import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hub } from './hub.ts';

/** What a scene acts with. `chance` gives numbers from 0 to 1; `service` is where the demo service listens. */
export interface Stage {
  readonly hub: Hub;
  readonly service: string;
  readonly chance: () => number;
  readonly signal: AbortSignal;
}

export interface Scene {
  readonly name: string;
  /** Out of the sum of all weights. */
  readonly weight: number;
  play(stage: Stage): Promise<unknown>;
}

const pick = <T>(chance: () => number, values: readonly T[]): T => values[Math.floor(chance() * values.length)]!;
const between = (chance: () => number, low: number, high: number) => Math.round(low + chance() * (high - low));

const report = (service: string, ms: number) => ({ url: `${service}/report?ms=${ms}` });
const flaky = (service: string, path: string) => ({ url: `${service}${path}`, order: randomUUID().slice(0, 8) });

/** Together they touch every panel: runs that succeed, fail, retry, time out and are cancelled; events; costs; 4xx. */
export const scenes: readonly Scene[] = [
  {
    name: 'hello',
    weight: 16,
    play: ({ hub, chance }) => hub.run('hello', { name: pick(chance, ['Ada', 'Grace', 'Edsger', 'Barbara']) }),
  },
  {
    name: 'checks in parallel',
    weight: 12,
    play: ({ hub, chance }) =>
      hub.run('parallel-checks', {
        numbers: Array.from({ length: between(chance, 1, 50) }, () => between(chance, 0, 30)),
        strict: chance() < 0.5,
      }),
  },
  {
    name: 'report',
    weight: 8,
    play: ({ hub, chance }) => hub.run('weekday-report', { team: pick(chance, ['core', 'web', 'ops']) }),
  },
  {
    name: 'order paid (event)',
    weight: 14,
    play: ({ hub, chance }) => {
      const id = randomUUID();
      const data = { id, total: between(chance, 50, 900), lines: [{ sku: 'tea', quantity: between(chance, 1, 5) }] };
      const event = { specversion: '1.0', type: 'order.paid', source: '/dev/load', id, data };
      return hub.ask('/api/v1/events', { method: 'POST', body: event, contentType: 'application/cloudevents+json' });
    },
  },
  {
    name: 'health check',
    weight: 10,
    play: ({ hub, service }) => hub.run('service-health', { url: `${service}/health` }),
  },
  { name: 'flaky call', weight: 12, play: ({ hub, service }) => hub.run('flaky-service', flaky(service, '/flaky')) },
  {
    name: 'call that times out',
    weight: 3,
    play: ({ hub, service }) => hub.run('flaky-service', flaky(service, '/hangs')),
  },
  {
    name: 'call that fails',
    weight: 4,
    play: ({ hub, service }) => hub.run('flaky-service', flaky(service, '/broken')),
  },
  {
    name: 'call that is refused',
    weight: 2,
    play: ({ hub, service }) => hub.run('flaky-service', flaky(service, '/nothing')),
  },
  {
    name: 'slow report',
    weight: 5,
    play: ({ hub, service, chance }) => hub.run('slow-report', report(service, between(chance, 500, 9_000))),
  },
  {
    name: 'slow report, cancelled',
    weight: 3,
    play: async ({ hub, service, chance, signal }) => {
      const id = await hub.run('slow-report', report(service, 60_000));
      // Cancelled also when the load is stopped meanwhile: nothing is left behind for a minute.
      await sleep(between(chance, 500, 4_000), undefined, { signal }).catch(() => undefined);
      if (id !== undefined) await hub.ask(`/api/v1/runs/${id}/cancel`, { method: 'POST' });
    },
  },
  {
    name: 'note in the log',
    weight: 3,
    play: ({ hub, chance }) => hub.run('leave-a-note', { level: pick(chance, ['info', 'warn']) }),
  },
  {
    name: 'report in a file',
    weight: 3,
    play: ({ hub, chance }) => hub.run('keep-a-report', { name: `${pick(chance, ['core', 'web', 'ops'])}.txt` }),
  },
  {
    name: 'reading',
    weight: 7,
    play: ({ hub, chance }) =>
      hub.ask(
        `/api/v1/${pick(chance, ['runs?limit=50', 'runs?status=failed', 'workflows', 'schedules', 'agents', 'system'])}`,
      ),
  },
  {
    name: 'mistake (4xx)',
    weight: 4,
    play: ({ hub, chance }) =>
      pick(chance, [
        () => hub.ask(`/api/v1/runs/${randomUUID()}`),
        () => hub.ask('/api/v1/workflows/no-such-workflow/runs', { method: 'POST', body: {} }),
        () => hub.ask('/api/v1/workflows/hello/runs', { method: 'POST', body: { input: { name: '' } } }),
        () => hub.ask('/api/v1/runs?limit=many'),
        () => hub.ask('/api/v1/runs', { token: false }),
      ])(),
  },
];

/** An endless order of scenes, each as often as its weight, spread evenly rather than by chance: a short load has all. */
export function* order(all: readonly Scene[]): Generator<Scene, never> {
  const total = all.reduce((sum, { weight }) => sum + weight, 0);
  const due = all.map(({ weight }) => ({ weight, credit: weight / 2 }));
  for (;;) {
    for (const entry of due) entry.credit += entry.weight;
    let best = 0;
    for (const [index, { credit }] of due.entries()) if (credit > due[best]!.credit) best = index;
    due[best]!.credit -= total;
    yield all[best]!;
  }
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
