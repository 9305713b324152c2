/**
 * `npm run dev:load [-- --seconds N] [--rate N] [--seed N] [--json]`
 * A steady, bounded load on a running hub that puts something on every dashboard within two minutes: runs of the sample
 * workflows, events, API calls right and wrong. Ctrl-C ends it early, with the summary. Exit 1 when the hub was lost.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DemoService } from './demo-service.ts';
import { Hub } from './hub.ts';
import { order, type Scene, scenes, seeded, type Stage } from './scenes.ts';
import { endedRuns, print, type Summary } from './summary.ts';

/** Scenes under way at once; beyond it the load waits, so that a slow hub is not buried. */
const maxInFlight = 100;
/** What runs may take to end after the last start: the slow reports, and the retries of what times out. */
const settleMs = 20_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    rate: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const say = (line: string) => process.stderr.write(`${line}\n`);
const number = (name: 'seconds' | 'rate' | 'seed') => {
  const value = Number(values[name]);
  if (Number.isFinite(value) && value > 0) return value;
  say(`--${name} must be a number above 0`);
  process.exit(2);
};
const seconds = number('seconds');
const rate = Math.min(number('rate'), 50);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

let hub: Hub;
try {
  hub = Hub.find(process.env, process.cwd());
} catch (error) {
  say((error as Error).message);
  process.exit(1);
}
const ready = await hub.ask('/health/ready');
if (ready.status !== 200) {
  say(`The hub at ${hub.url} ${ready.status === 0 ? 'does not answer' : `is not ready (${ready.status})`}.`);
  process.exit(1);
}
const access = await hub.ask('/api/v1/workflows');
if (access.status !== 200) {
  say(`The hub at ${hub.url} refuses the token (${access.status}).`);
  process.exit(1);
}

const chance = seeded(number('seed'));
const service = await DemoService.start(chance);
const stage: Stage = { hub, service: service.url, chance, signal: stop.signal };
const since = new Date();
hub.answers.clear();
if (!(await reaches())) {
  say(
    `The hub cannot reach the demo service at ${service.url}: steps that call it will fail. They run on one machine, or in one container (docker compose exec hub node dev/load/main.ts), and commandcenter.yaml must allow 127.0.0.1.`,
  );
}
say(`Load on ${hub.url}: ${rate}/s for ${seconds} s. Ctrl-C ends it.`);
const { played, lost } = await play();
const left = await settle();
await service.stop();
const summary: Summary = {
  seconds: Math.round((Date.now() - since.getTime()) / 1000),
  played: Object.fromEntries(played),
  answers: Object.fromEntries(hub.answers),
  runs: await endedRuns(hub, since),
  unfinished: left,
};
if (values.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
else print(summary, (line) => process.stdout.write(`${line}\n`));
process.exitCode = lost ? 1 : 0;

/** One run asks the service how it is; it need not answer well. */
async function reaches(): Promise<boolean> {
  await hub.run('service-health', { url: `${service.url}/health` });
  for (let tries = 0; tries < 30 && !stop.signal.aborted; tries++) {
    if (service.seen.size > 0) return true;
    await sleep(100);
  }
  return service.seen.size > 0;
}

async function play(): Promise<{ played: Map<string, number>; lost: boolean }> {
  const played = new Map<string, number>();
  const next = order(scenes);
  const inFlight = new Set<Promise<unknown>>();
  const started = performance.now();
  const end = started + seconds * 1000;
  let told = started;
  for (let turn = 0; !stop.signal.aborted && performance.now() < end; turn++) {
    const scene: Scene = next.next().value;
    played.set(scene.name, (played.get(scene.name) ?? 0) + 1);
    const act = scene.play(stage).finally(() => inFlight.delete(act));
    inFlight.add(act);
    if (inFlight.size >= maxInFlight) await Promise.race(inFlight);
    const now = performance.now();
    if (now - told > 10_000) {
      told = now;
      say(`${Math.round((now - started) / 1000)} s: ${turn + 1} acts, ${line(hub.answers)}`);
      if ((hub.answers.get(0) ?? 0) > 100) {
        say(`The hub at ${hub.url} does not answer any more.`);
        stop.abort();
        await Promise.all(inFlight);
        return { played, lost: true };
      }
    }
    const due = started + ((turn + 1) * 1000) / rate;
    if (due > now) await sleep(due - now, undefined, { signal: stop.signal }).catch(() => undefined);
  }
  await Promise.all(inFlight);
  return { played, lost: false };
}

/** Waits for the runs under way; after Ctrl-C only a moment. Answers how many are left. */
async function settle(): Promise<number> {
  const until = performance.now() + (stop.signal.aborted ? 2_000 : settleMs);
  for (;;) {
    const { body } = await hub.ask(
      `/api/v1/runs?status=queued,running,waiting&since=${encodeURIComponent(since.toISOString())}&limit=200`,
    );
    const left = Array.isArray(body['items']) ? body['items'].length : 0;
    if (left === 0 || performance.now() > until) return left;
    await sleep(500);
  }
}

function line(answers: ReadonlyMap<number, number>): string {
  return [...answers]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status === 0 ? 'no answer' : status}: ${count}`)
    .join(', ');
}
