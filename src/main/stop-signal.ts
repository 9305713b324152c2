/** Ctrl-C through npm arrives twice, from the terminal and from npm; only a later one is a second wish. */
const echoMs = 1_000;

export interface StopSignal {
  /** Resolves with the signal that asked the hub to end. */
  readonly requested: Promise<NodeJS.Signals>;
}

/** The first SIGTERM or SIGINT asks; a second Ctrl-C ends the process at once. */
export function stopSignal(exit: (code: number) => void): StopSignal {
  let askedAt: number | undefined;
  const requested = new Promise<NodeJS.Signals>((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      const now = performance.now();
      if (askedAt === undefined) {
        askedAt = now;
        resolve(signal);
      } else if (signal === 'SIGINT' && now - askedAt > echoMs) {
        exit(130);
      }
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
  return { requested };
}
