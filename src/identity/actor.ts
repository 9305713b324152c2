/** Who changes something, and by which request: what the audit log keeps of a caller. */
export interface Actor {
  readonly kind: 'user' | 'token' | 'hub';
  readonly name: string;
  readonly tokenId?: string;
  /** As the answer's `x-request-id` says it. */
  readonly requestId?: string;
  readonly traceId?: string;
}

/** Nobody asked: a start, a timer, a retention. */
export const theHub: Actor = { kind: 'hub', name: 'hub' };
