import type { ReplicaRow } from '../replica.js';
import type { livenessSql } from './liveness-sql.js';

export interface ThreadData {
  readonly url: string;
  readonly sql: typeof livenessSql;
  readonly replica: ReplicaRow;
  /** See Pulse. */
  readonly pulse: SharedArrayBuffer;
}

/** To the thread. */
export type Order =
  | { readonly type: 'pools'; readonly pools: readonly string[] }
  /** Come back under a new id after an eviction. */
  | { readonly type: 'reborn'; readonly replica: ReplicaRow }
  | { readonly type: 'stop' };

/** From the thread. */
export type Report =
  | { readonly type: 'registered' }
  | { readonly type: 'evicted' }
  /** No heartbeat got through for 6 s: others will take the runs soon. */
  | { readonly type: 'isolated' }
  | { readonly type: 'recovered' }
  | { readonly type: 'tookOver'; readonly from: string; readonly runs: number }
  | { readonly type: 'trouble'; readonly message: string }
  | { readonly type: 'stopped' };
