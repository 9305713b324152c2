/** S steps in a sequence, C runs in flight, N runs in all. */
export interface Load {
  readonly steps: number;
  readonly inFlight: number;
  readonly runs: number;
}

export interface Measured extends Load {
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** CPU milliseconds of the client process per 1,000 steps. */
  readonly clientCpuMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Keeps C runs in flight until N have ended. `run` resolves when its run has ended well. */
export async function drive(load: Load, run: () => Promise<void>): Promise<Measured> {
  const took: number[] = [];
  const cpu = process.cpuUsage();
  const from = performance.now();
  let left = load.runs;
  const lane = async () => {
    while (left-- > 0) {
      const started = performance.now();
      await run();
      took.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, lane));
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const steps = load.runs * load.steps;
  return {
    ...load,
    seconds,
    stepsPerSecond: steps / seconds,
    clientCpuMs: (user + system) / steps,
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
  };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);
