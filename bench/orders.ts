import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { median, quantile } from './load.ts';
import { startHub } from './hub.ts';
import { cpuSeconds, residentMiB, type Server } from './server.ts';

const order = `id: order
input: { type: object, required: [id, total], properties: { id: { type: string }, total: { type: number } } }
steps:
  charge: { uses: transform.value, with: { value: { charged: "\${{ input.total }}", order: "\${{ input.id }}" } } }
  reserve: { needs: [charge], uses: transform.value, with: { value: { reserved: true, order: "\${{ input.id }}" } } }
  confirm: { needs: [reserve], uses: transform.value, with: { value: { confirmed: "\${{ steps.charge.output.order }}" } } }
output: "\${{ steps.confirm.output }}"
`;

export interface OrdersRow {
  /** From the first request to the end of the last run, by the database's clock. */
  readonly wallSeconds: number;
  readonly acceptSeconds: number;
  readonly hubCpuSeconds: number;
  readonly databaseCpuSeconds: number | undefined;
  readonly commitsPerOrder: number;
  readonly walBytesPerOrder: number;
  readonly hubPeakMiB: number;
  readonly postP50Ms: number;
  readonly postP99Ms: number;
}

/** CC-3: orders of three steps, sent over HTTP by 100 clients. Everything the hub does meanwhile is on the bill. */
export async function benchOrders(
  server: Server,
  rounds: number,
  orders: number,
  say: (line: string) => void,
): Promise<OrdersRow> {
  const url = await server.database('bench_orders');
  const hub = await startHub(url, { order });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const rows: OrdersRow[] = [];
  try {
    await sendOrders(hub, 500); // warm
    await sleep(2000);
    for (let round = 1; round <= rounds; round++) {
      rows.push(await oneRound(server, hub, client, orders));
      say(
        `round ${round}/${rounds}  ${orders} orders: ${rows.at(-1)!.wallSeconds.toFixed(2)} s, ${rows.at(-1)!.commitsPerOrder.toFixed(2)} commits an order`,
      );
    }
  } finally {
    await client.end();
    await hub.stop();
  }
  const of = (figure: keyof OrdersRow) => median(rows.map((row) => row[figure] ?? Number.NaN));
  return Object.fromEntries(
    Object.keys(rows[0]!).map((figure) => [figure, of(figure as keyof OrdersRow)]),
  ) as unknown as OrdersRow;
}

type Hub = Awaited<ReturnType<typeof startHub>>;

async function oneRound(server: Server, hub: Hub, client: pg.Client, orders: number): Promise<OrdersRow> {
  const before = await account(server, hub, client);
  const posts = await sendOrders(hub, orders);
  const acceptSeconds = (performance.now() - posts.from) / 1000;
  await untilEnded(client, before.finished + orders);
  const { rows } = await client.query<{ seconds: number }>(
    `SELECT extract(epoch FROM max(finished_at))::float8 - $1 AS seconds FROM run WHERE created_at >= to_timestamp($1)`,
    [posts.fromEpoch / 1000],
  );
  await sleep(2500); // PostgreSQL's counters are behind by a second
  const after = await account(server, hub, client);
  return {
    wallSeconds: rows[0]!.seconds,
    acceptSeconds,
    hubCpuSeconds: after.hubCpu - before.hubCpu,
    databaseCpuSeconds: after.databaseCpu === undefined ? undefined : after.databaseCpu - before.databaseCpu!,
    commitsPerOrder: (after.commits - before.commits) / orders,
    walBytesPerOrder: (after.wal - before.wal) / orders,
    hubPeakMiB: residentMiB(hub.pid).peak,
    postP50Ms: quantile(posts.took, 0.5),
    postP99Ms: quantile(posts.took, 0.99),
  };
}

async function account(server: Server, hub: Hub, client: pg.Client) {
  const { rows } = await client.query<{ commits: string; wal: string; finished: string }>(
    `SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) AS commits,
       pg_current_wal_lsn() - '0/0' AS wal, (SELECT count(*) FROM run WHERE finished_at IS NOT NULL) AS finished`,
  );
  const [{ commits, wal, finished }] = rows as [{ commits: string; wal: string; finished: string }];
  return {
    commits: Number(commits),
    wal: Number(wal),
    finished: Number(finished),
    hubCpu: cpuSeconds(hub.pid),
    databaseCpu: server.cpuSeconds(),
  };
}

async function sendOrders(hub: Hub, orders: number): Promise<{ from: number; fromEpoch: number; took: number[] }> {
  const took: number[] = [];
  const from = performance.now();
  const fromEpoch = Date.now();
  let next = 0;
  const one = async () => {
    for (let n = next++; n < orders; n = next++) {
      const started = performance.now();
      const body = JSON.stringify({ input: { id: `order-${n}`, total: n } });
      const answer = await fetch(`${hub.url}/api/v1/workflows/order/runs`, {
        method: 'POST',
        headers: hub.headers,
        body,
      });
      const text = await answer.text();
      if (answer.status !== 202) throw new Error(`order ${n}: ${answer.status} ${text}`);
      took.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: 100 }, one));
  return { from, fromEpoch, took };
}

async function untilEnded(client: pg.Client, finished: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const { rows } = await client.query<{ n: string }>('SELECT count(*) AS n FROM run WHERE finished_at IS NOT NULL');
    if (Number(rows[0]!.n) >= finished) return;
    await sleep(100);
  }
  throw new Error('the orders did not end within a minute');
}

export interface LatencyRow {
  readonly runs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** An idle hub: from sending the POST to the start of the first step, one run at a time. Clocks are the same machine's, in milliseconds. */
export async function benchLatency(server: Server, runs: number): Promise<LatencyRow> {
  const url = await server.database('bench_latency');
  const hub = await startHub(url, { order });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await sendOrders(hub, 200);
    await sleep(1000);
    const sent = new Map<string, number>();
    for (let n = 0; n < runs; n++) {
      const at = Date.now();
      const answer = await fetch(`${hub.url}/api/v1/workflows/order/runs`, {
        method: 'POST',
        headers: hub.headers,
        body: '{"input":{"id":"one","total":1}}',
      });
      sent.set(((await answer.json()) as { id: string }).id, at);
      await sleep(20);
    }
    await sleep(500);
    const { rows } = await client.query<{ run_id: string; at: number }>(
      `SELECT run_id, min(coalesce((data::json ->> 'startedAt')::float8, extract(epoch FROM at)::float8 * 1000)) AS at FROM run_event
       WHERE run_id = ANY($1) AND type IN ('StepStarted', 'StepSucceeded') AND data::json ->> 'step' = 'charge' GROUP BY run_id`,
      [[...sent.keys()]],
    );
    const took = rows.map(({ run_id: id, at }) => at - sent.get(id)!);
    return { runs: took.length, p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) };
  } finally {
    await client.end();
    await hub.stop();
  }
}
