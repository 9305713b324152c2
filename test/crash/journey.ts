import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Arena } from './arena.js';

/** Of one journey, items and children apart. */
export const items = 6;

/** Everything a step can be, in one workflow, in lines for two at a time. */
export const journeys = {
  journey: `
concurrency: { key: "\${{ input.line }}", limit: 2, whenFull: queue }
steps:
  each:
    forEach: "\${{ input.items }}"
    concurrency: 3
    uses: work.fail
    with: { times: "\${{ item % 3 == 0 ? 1 : 0 }}" }
    retry: { attempts: 4, delay: 300ms, jitter: false }
  nap: { needs: [each], sleep: 1500ms }
  paid: { waitFor: { event: order.paid, if: "\${{ event.data.id == input.id }}" } }
  ok: { approval: { message: "Go on with \${{ input.id }}?" }, continueOnError: true }
  hurry: { approval: { message: "At once?", timeout: 700ms, onTimeout: approve }, continueOnError: true }
  part: { needs: [ok], workflow: part, with: { n: 1 } }
  apart: { needs: [hurry], workflow: part, with: { n: 2 }, wait: false }
  last: { needs: [nap, paid, part, apart], uses: work.effect }
finally:
  tidy: { uses: work.slow, with: { ms: 20 } }
`,
  part: `
steps:
  a: { uses: work.slow, with: { ms: 200 } }
  nap: { needs: [a], sleep: 800ms }
  b: { needs: [nap], uses: work.effect }
`,
};

/** What people and other systems do while journeys are under way, and what they were told. */
export class Travellers {
  readonly accepted: string[] = [];
  /** Runs that somebody asked to end. */
  readonly cancelled = new Set<string>();
  /** What the API said yes to: decision by approval. */
  readonly decided = new Map<string, string>();
  /** New journeys begin. */
  going = true;
  #travelling = 0;

  constructor(
    private readonly arena: Arena,
    private readonly random: () => number,
  ) {}

  /** One journey after the other. */
  async travel(n: number): Promise<void> {
    this.#travelling++;
    while (this.going) {
      const id = randomUUID();
      const input = { id, line: n % 3, items: Array.from({ length: items }, (_, item) => item) };
      const run = await this.arena.start('journey', n, input);
      this.accepted.push(run);
      const errands = [this.#pay(id)];
      if (this.random() < 0.15) errands.push(this.#cancel(run));
      await Promise.all(errands);
      await this.arena.ended([run], 300_000);
    }
    this.#travelling--;
  }

  /** Decides what is asked, until nobody travels any more. */
  async decide(): Promise<void> {
    for (let n = 0; this.going || this.#travelling > 0; n++) {
      await delay(200 + this.random() * 600);
      const { body } = await this.arena.ask('GET', '/approvals?status=pending&limit=100', undefined, { first: n });
      for (const { id } of body.items as { id: string }[]) {
        const decision = this.random() < 0.7 ? 'approve' : 'reject';
        const { status } = await this.arena.ask('POST', `/approvals/${id}/decision`, { decision }, { first: n });
        if (status === 200) this.decided.set(id, decision);
        else if (status !== 409) throw new Error(`approval ${id}: ${status}`);
      }
    }
  }

  /** Before the run waits for it, or after. */
  async #pay(id: string): Promise<void> {
    await delay(this.random() * 4_000);
    const event = { specversion: '1.0', id, source: '/shop', type: 'order.paid', data: { id } };
    const { status } = await this.arena.ask('POST', '/events', event);
    if (status !== 202) throw new Error(`event ${id}: ${status}`);
  }

  async #cancel(run: string): Promise<void> {
    await delay(this.random() * 5_000);
    const { status } = await this.arena.ask('POST', `/runs/${run}/cancel`, {});
    if (status === 202) this.cancelled.add(run);
    else if (status !== 409) throw new Error(`cancel ${run}: ${status}`);
  }
}
