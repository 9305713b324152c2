/**
 * CommandCenter: the built application, whole; runs are started inside its process, as DBOS starts its own. Telemetry is as
 * the OTEL_* variables say.
 */
import { openApp } from './app.ts';
import { serve } from './serve.ts';

/** BENCH_SAY: each step writes a line to its log. */
const agent = process.env['BENCH_SAY'] === undefined ? 'transform' : 'say';

const lengths = [1, 10];
const { app, close } = await openApp(
  Object.fromEntries(lengths.map((length) => [`steps-${length}`, sequence(length)])),
);
const { EngineTelemetry } = await import('../../dist/telemetry/index.js');
const { RunStarter } = await import('../../dist/runs/index.js');

// The engine's own port says when a run has ended; nothing is polled.
const waiting = new Map<string, (status: string) => void>();
const early = new Map<string, string>();
const telemetry = app.get(EngineTelemetry, { strict: false });
const follow = telemetry.follow.bind(telemetry);
telemetry.follow = (run, startedAt) => {
  const followed = follow(run, startedAt);
  const ended = followed.ended.bind(followed);
  followed.ended = (ending) => {
    ended(ending);
    tell(run.runId, ending.status);
  };
  return followed;
};
function tell(runId: string, status: string): void {
  const done = waiting.get(runId);
  if (done) done(status);
  else early.set(runId, status);
}
const starter = app.get(RunStarter, { strict: false });

async function run(workflow: string): Promise<void> {
  const { id } = await starter.start({ workflow, input: {}, trigger: { kind: 'manual', by: 'bench' } });
  const status = early.get(id) ?? (await new Promise<string>((resolve) => waiting.set(id, resolve)));
  early.delete(id);
  waiting.delete(id);
  if (status !== 'succeeded') throw new Error(`run ${id} ${status}`);
}

serve((load) => () => run(`steps-${load.steps}`), close);

/** Trivial steps with a result of 60 bytes, each needing the one before it. */
function sequence(length: number): string {
  const steps = Array.from({ length }, (_, n) => {
    const needs = n === 0 ? '' : `needs: [s${n - 1}], `;
    return `  s${n}: { ${needs}uses: ${agent}.value, with: { value: { step: ${n}, text: "a result of sixty bytes as of a charge" } } }`;
  });
  return `id: steps-${length}\nsteps:\n${steps.join('\n')}\n`;
}
