import { setTimeout as delay } from 'node:timers/promises';
import type { QueueItem } from '@commandcenter/sdk';
import type pg from 'pg';
import { BatchStore } from './batch-store.js';
import type { HandledQueue } from './handled-queue.js';
import { outcomeOf, restAfterFailure } from './outcome.js';
import { sql } from './queue-sql.js';

/** How long a handler may take to stop when it was told to. */
const SETTLE_MS = 5_000;
/** JSON of one batch, bytes: a thousand items of the largest kind would be 256 MiB. */
const BATCH_BYTES = 8_388_608;

export type Delivered =
  /** Nothing to do, or another replica does it. */
  | { readonly kind: 'none' }
  /** The hub stops: everything is as it was. */
  | { readonly kind: 'left' }
  | { readonly kind: 'done'; readonly restMs: number; readonly failuresBefore: number }
  | { readonly kind: 'failed'; readonly restMs: number; readonly failures: number; readonly thrown: unknown };

/**
 * Hands out one batch of a lane. The lane's row stays locked by this transaction while the handler works: a replica that is
 * killed loses its connection and frees the lane at once, and one that is frozen is cut off by PostgreSQL and cannot commit.
 * What the handler wrote to the store, which items are done and when the lane is due next are one commit. Throws when
 * PostgreSQL fails.
 */
export async function deliver(
  client: pg.PoolClient,
  queue: HandledQueue,
  lane: string,
  stopping: AbortSignal,
): Promise<Delivered> {
  const { plugin } = queue;
  await client.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${queue.timeoutMs + SETTLE_MS + 5_000}`);
  const claimed = await client.query<{ failures: number }>(sql.claim, [plugin, lane]);
  const failures = claimed.rows[0]?.failures;
  const batch = failures === undefined ? undefined : await read(client, queue, lane);
  if (failures === undefined || batch === undefined) return rollBack(client, { kind: 'none' });

  await client.query('SAVEPOINT handler');
  const store = new BatchStore(plugin, client);
  const gone = new AbortController();
  const lost = () => gone.abort(new Error('the connection to PostgreSQL was lost'));
  client.once('end', lost);
  try {
    const settled = await settle(queue, { lane, ...batch, failures, store }, AbortSignal.any([stopping, gone.signal]));
    store.close();
    if ('thrown' in settled && stopping.aborted) return await rollBack(client, { kind: 'left' });
    if ('thrown' in settled) throw settled.thrown;
    const ids = batch.items.map(({ id }) => id);
    const { done, restMs } = outcomeOf(settled.answer, ids);
    const isDone = new Set(done);
    await client.query(sql.done, [batch.seqs.filter((_, n) => isDone.has(ids[n]!))]);
    await client.query(sql.rest, [plugin, lane, 0, restMs]);
    await client.query('COMMIT');
    return { kind: 'done', restMs, failuresBefore: failures };
  } catch (thrown) {
    store.close();
    const restMs = restAfterFailure(thrown, failures);
    await client.query('ROLLBACK TO SAVEPOINT handler');
    await client.query(sql.rest, [plugin, lane, failures + 1, restMs]);
    await client.query('COMMIT');
    return { kind: 'failed', restMs, failures: failures + 1, thrown };
  } finally {
    client.off('end', lost);
  }
}

async function rollBack(client: pg.PoolClient, result: Delivered): Promise<Delivered> {
  await client.query('ROLLBACK');
  return result;
}

interface Batch {
  readonly items: readonly QueueItem[];
  readonly seqs: readonly string[];
  readonly more: number;
}

type ItemRow = { readonly seq: string; readonly id: string; readonly data: string; readonly addedAt: Date };

async function read(client: pg.PoolClient, queue: HandledQueue, lane: string): Promise<Batch | undefined> {
  const { rows } = await client.query<ItemRow>(sql.items, [queue.plugin, lane, queue.batch, BATCH_BYTES]);
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const { rows: counted } = await client.query<{ more: number }>(sql.more, [queue.plugin, lane, last.seq]);
  return {
    items: rows.map(({ id, data, addedAt }) => ({ id, addedAt, data: JSON.parse(data) as unknown })),
    seqs: rows.map(({ seq }) => seq),
    more: counted[0]?.more ?? 0,
  };
}

type Settled = { readonly answer: Awaited<ReturnType<HandledQueue['handler']>> } | { readonly thrown: unknown };
type Handed = Batch & { readonly lane: string; readonly failures: number; readonly store: BatchStore };

/** Calls the handler and waits for it: its own time, and a little more for one that does not stop when it is told to. */
async function settle(queue: HandledQueue, handed: Handed, stop: AbortSignal): Promise<Settled> {
  const { handler, timeoutMs } = queue;
  const { lane, items, more, failures, store } = handed;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`the handler took longer than ${timeoutMs} ms`)), timeoutMs);
  const signal = AbortSignal.any([stop, late.signal]);
  const over = new AbortController();
  try {
    const working = Promise.resolve()
      .then(() => handler({ lane, items, more, failures, signal, store }))
      .then(
        (answer): Settled => ({ answer }),
        (thrown: unknown): Settled => ({ thrown: isAbort(thrown, signal) ? signal.reason : thrown }),
      );
    return await Promise.race([working, deaf(signal, over.signal)]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/** Gives up a handler that works on long after it was told to stop: its lane goes to the next one. */
async function deaf(signal: AbortSignal, over: AbortSignal): Promise<Settled> {
  if (!signal.aborted) await new Promise((aborted) => signal.addEventListener('abort', aborted, { once: true }));
  await delay(SETTLE_MS, undefined, { signal: over }).catch(() => undefined);
  return { thrown: new Error(`the handler does not stop when batch.signal is aborted: it was given up`) };
}

/** What fetch, timers and streams throw when the signal they were given is aborted. */
function isAbort(thrown: unknown, signal: AbortSignal): boolean {
  return signal.aborted && (thrown === signal.reason || (thrown as Error | undefined)?.name === 'AbortError');
}
