/**
 * fires: at a breach. quiet: near it, on the right side. resolves: when the breach is over. born: a series that appears in
 * the middle. no traffic: nothing grows, 0 of 0, or there is no series at all.
 */
type Kind = 'fires' | 'quiet' | 'resolves' | 'born' | 'no traffic';

export interface Check {
  readonly kind: Kind;
  /** Since the beginning of the scenario: 1m30s. */
  readonly at: string;
  /** The alerts that fire at that time; labels beyond the rule's own. */
  readonly firing?: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value?: string;
    readonly budgetLeft?: string;
  }[];
}

export interface Scenario {
  readonly alert: string;
  readonly says: string;
  /** Values as promtool writes them, 5 s apart: 0x11 1+1x20. */
  readonly series: Readonly<Record<string, string>>;
  readonly every?: string;
  readonly checks: readonly Check[];
}

export const fires = (at: string, ...firing: NonNullable<Check['firing']>): Check => ({
  kind: 'fires',
  at,
  firing: firing.length > 0 ? firing : [{}],
});
export const quiet = (at: string): Check => ({ kind: 'quiet', at });
export const resolved = (at: string): Check => ({ kind: 'resolves', at });
export const noTraffic = (at: string): Check => ({ kind: 'no traffic', at });
export const born = (at: string, ...firing: NonNullable<Check['firing']>): Check => ({ kind: 'born', at, firing });
