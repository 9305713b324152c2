import type { Config } from '../../config/index.js';

/** Steps that take longer are cut short, and done again by the next hub: an author does not want to wait for them. */
const graceMs = 2_000;
const abortGraceMs = 1_000;

/** What the hub that `dev` starts does otherwise than one of `start`. */
export function devConfig(config: Config): Config {
  const { engine } = config;
  return {
    ...config,
    engine: {
      ...engine,
      graceMs: Math.min(engine.graceMs, graceMs),
      abortGraceMs: Math.min(engine.abortGraceMs, abortGraceMs),
    },
  };
}

/** How long it may take to settle. */
export const devStopMs = graceMs + abortGraceMs;
