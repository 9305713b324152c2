/** How long runs are kept after their end, ms. */
export interface Kept {
  readonly byDefault: number;
  readonly byWorkflow: ReadonlyMap<string, number>;
}

/** As SQL takes it: workflows, their times, and the time of all others. */
export function keptValues({ byDefault, byWorkflow }: Kept): [string[], number[], number] {
  return [[...byWorkflow.keys()], [...byWorkflow.values()], byDefault];
}

export function shortest({ byDefault, byWorkflow }: Kept): number {
  return Math.min(byDefault, ...byWorkflow.values());
}

/** Workflows whose runs go sooner than all others': not by partition but one by one. */
export function shorter({ byDefault, byWorkflow }: Kept): [string, number][] {
  return [...byWorkflow].filter(([, ms]) => ms < byDefault);
}
