import type { TraceIds } from './engine-telemetry.js';

let given: TraceIds | undefined;

/** The one span that `make` starts, synchronously, gets these ids: those of a run were allocated when it was created. */
export function withIds<T>(ids: TraceIds, make: () => T): T {
  given = ids;
  try {
    return make();
  } finally {
    given = undefined;
  }
}

export function givenIds(): TraceIds | undefined {
  return given;
}
