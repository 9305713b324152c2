import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { LookUps } from './look-ups.js';
import type { Principal } from './principal.js';
import { Sessions } from './sessions.js';
import { hashToken } from './token-text.js';
import { Tokens } from './tokens.js';

/**
 * How long an answer is believed. What has expired works this much longer; what was revoked or disabled, or a session that
 * was ended elsewhere, until the replica saw that something changed: see identity-watch.ts.
 */
const KNOWN_MS = 5_000;
/** A wrong credential is asked about at most this often. */
const UNKNOWN_MS = 1_000;
const ENTRIES = 10_000;

/** What a caller shows: a token in a header, or the secret of a session in a cookie. Neither passes as the other. */
export interface Credential {
  readonly kind: 'token' | 'session';
  readonly text: string;
}

/** Whose credential is this? Answers from memory, so that a busy client does not cost a query per request. */
@Injectable()
export class Authenticator {
  private readonly answers: LRUCache<string, { readonly principal: Principal | undefined }>;
  /** Keys of those that were right when we last asked: they are asked about again without standing in line. */
  private readonly seen = new LRUCache<string, true>({ max: ENTRIES });
  private readonly lookUps = new LookUps();
  private readonly listeners: (() => void)[] = [];

  constructor(tokens: Tokens, sessions: Sessions) {
    this.answers = new LRUCache({
      max: ENTRIES,
      ttl: KNOWN_MS,
      // `forgetAll` must not answer callers whose question is under way with an error.
      ignoreFetchAbort: true,
      fetchMethod: async (key, _stale, { options, context }) => {
        const { kind, text } = context as Credential;
        const find = () => (kind === 'token' ? tokens : sessions).find(hashToken(text));
        const principal = await (this.seen.has(key) ? find() : this.lookUps.run(find));
        if (principal === undefined) {
          options.ttl = UNKNOWN_MS;
          this.seen.delete(key);
        } else this.seen.set(key, true);
        return { principal };
      },
    });
  }

  /** The answer if it is in memory. Synchronous: the hot path. */
  remembered(credential: Credential): Principal | undefined {
    return this.answers.get(keyOf(credential))?.principal;
  }

  /** Throws CC_OVERLOADED when too many that nobody here has seen are being asked about. */
  async authenticate(credential: Credential): Promise<Principal | undefined> {
    return (await this.answers.fetch(keyOf(credential), { context: credential }))?.principal;
  }

  /** `listener` hears whenever somebody may be shut out: who lets anybody in for longer than a request asks again then. */
  onForgotten(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** After a session was ended here. */
  forget(credential: Credential): void {
    this.answers.delete(keyOf(credential));
    this.seen.delete(keyOf(credential));
    for (const listener of this.listeners) listener();
  }

  /** After anything changed of users, groups or tokens. Whoever asks now is asked about again; questions under way are not kept. */
  forgetAll(): void {
    this.answers.clear();
    for (const listener of this.listeners) listener();
  }
}

/** The text itself is not kept in memory. */
function keyOf({ kind, text }: Credential): string {
  return `${kind} ${hashToken(text).toString('base64')}`;
}
