/**
 * The liveness thread: lock, heartbeat and the judging of other replicas, on a connection of its own, so that an agent
 * that blocks the main loop does not kill its replica. It imports nothing but pg: it must start in any build.
 */
import { parentPort, workerData } from 'node:worker_threads';
import pg from 'pg';
import type { Order, Report, ThreadData } from './messages.js';

const tickMs = 250;
const heartbeatMs = 1000;
const isolatedMs = 6000;
/** After a restart of PostgreSQL everybody looks dead for a moment: a young connection judges nobody. */
const judgeAfterMs = 4000;

const { url, sql, replica: first, pulse } = workerData as ThreadData;
const sentAt = new Int32Array(pulse);
let replica = first;
let pools: readonly string[] = [];
let registered = false;
let locked = false;
let isolated = false;
let evicted = false;
let stopping = false;
let client: pg.Client | undefined;
let connectedAt = 0;
/** When the last heartbeat that got through was sent: from then on the others count. */
let lastBeat = performance.now();

const say = (report: Report) => parentPort!.postMessage(report);

async function connect(): Promise<pg.Client> {
  const fresh = new pg.Client({
    connectionString: url,
    application_name: 'commandcenter liveness',
    connectionTimeoutMillis: 2000,
    query_timeout: 4000,
    keepAlive: true,
  });
  fresh.on('error', () => drop(fresh));
  await fresh.connect();
  connectedAt = performance.now();
  locked = false;
  return fresh;
}

function drop(broken: pg.Client): void {
  if (client === broken) client = undefined;
  broken.end().catch(() => undefined);
}

async function tick(): Promise<void> {
  client ??= await connect();
  if (!locked) locked = (await client.query<{ locked: boolean }>(sql.lock, [replica.lockKey])).rows[0]!.locked;
  if (!registered) await register(client);
  else if (performance.now() - lastBeat >= heartbeatMs) await beat(client);
  if (!evicted && performance.now() - connectedAt >= judgeAfterMs) await judge(client);
}

async function register(on: pg.Client): Promise<void> {
  const { id, lockKey, host, pid, role } = replica;
  const sent = clocks();
  await on.query(sql.register, [id, lockKey, host, pid, role, pools]);
  registered = true;
  evicted = false;
  alive(sent);
  say({ type: 'registered' });
}

async function beat(on: pg.Client): Promise<void> {
  if (evicted) return;
  const sent = clocks();
  const { rowCount } = await on.query(sql.heartbeat, [replica.id, pools]);
  if (rowCount === 0) {
    evicted = true;
    say({ type: 'evicted' });
  } else alive(sent);
}

/** The clocks of Pulse: monotonic and wall, in milliseconds. */
function clocks(): { readonly own: number; readonly monotonic: number; readonly wall: number } {
  return { own: performance.now(), monotonic: Number(process.hrtime.bigint() / 1_000_000n), wall: Date.now() };
}

function alive(sent: ReturnType<typeof clocks>): void {
  lastBeat = sent.own;
  Atomics.store(sentAt, 0, sent.monotonic | 0);
  Atomics.store(sentAt, 1, sent.wall | 0);
  if (isolated) say({ type: 'recovered' });
  isolated = false;
}

async function judge(on: pg.Client): Promise<void> {
  const { rows } = await on.query<{ id: string }>(sql.judge, [replica.id]);
  for (const { id } of rows) {
    const [done] = (await on.query<{ gone: number; runs: number }>(sql.takeOver, [id])).rows;
    if (done!.gone > 0) say({ type: 'tookOver', from: id, runs: done!.runs });
  }
}

async function loop(): Promise<void> {
  while (!stopping) {
    try {
      await tick();
    } catch (thrown) {
      say({ type: 'trouble', message: thrown instanceof Error ? thrown.message : String(thrown) });
      if (client) drop(client);
    }
    if (registered && !isolated && !evicted && performance.now() - lastBeat > isolatedMs) {
      isolated = true;
      say({ type: 'isolated' });
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs));
  }
  await client?.query(sql.leave, [replica.id]).catch(() => undefined);
  await client?.end().catch(() => undefined);
  say({ type: 'stopped' });
  parentPort!.close();
}

parentPort!.on('message', (order: Order) => {
  if (order.type === 'pools') pools = order.pools;
  else if (order.type === 'stop') stopping = true;
  else {
    replica = order.replica;
    registered = false;
    locked = false;
  }
});

void loop();
