import type { Trigger } from '../workflow/index.js';
import type { AlertAsk } from './alert-decisions.js';
import type { StoredEvent } from '../events/index.js';

/** What an event means to a workflow. */
export interface Occasion {
  readonly input: unknown;
  /** What makes it one occurrence, of its kind of trigger. */
  readonly key: string;
  readonly trigger: Trigger;
  /** Of an alert: what has to be asked before it starts anything. */
  readonly ask?: AlertAsk;
  /** Of an event with `debounce`: it joins this burst instead of starting anything. */
  readonly burst?: { readonly entry: string; readonly key: string; readonly forMs: number };
}

/** One entry of `on.event` or `on.alert` of an enabled workflow. */
export interface Subscription {
  readonly workflow: string;
  readonly kind: 'event' | 'alert';
  /** undefined: the event is not for this entry. Throws CcError CC_EXPRESSION_FAILED. */
  occasionOf(pending: StoredEvent): Occasion | undefined;
}
