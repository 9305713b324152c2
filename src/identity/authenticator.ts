import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Principal } from './principal.js';
import { hashToken } from './token-text.js';
import { Tokens } from './tokens.js';

/** How long an answer is believed: a revoked or expired token works this much longer, on every replica. */
const KNOWN_MS = 5_000;
/** A wrong token is asked about at most this often. */
const UNKNOWN_MS = 1_000;
const ENTRIES = 10_000;

/** Whose token is this? Answers from memory, so that a busy client does not cost a query per request. */
@Injectable()
export class Authenticator {
  private readonly answers: LRUCache<string, { readonly principal: Principal | undefined }>;

  constructor(tokens: Tokens) {
    this.answers = new LRUCache({
      max: ENTRIES,
      ttl: KNOWN_MS,
      // `forgetAll` must not answer callers whose question is under way with an error.
      ignoreFetchAbort: true,
      noDeleteOnStaleGet: true,
      fetchMethod: async (key, _stale, { options }) => {
        const principal = await tokens.find(Buffer.from(key, 'base64'));
        if (principal === undefined) options.ttl = UNKNOWN_MS;
        return { principal };
      },
    });
  }

  /** The answer if it is in memory. Synchronous: the hot path. */
  remembered(token: string): Principal | undefined {
    return this.answers.get(keyOf(token))?.principal;
  }

  /** Whose token it was when we last asked: good enough to count by, not to let in. */
  recognised(token: string): Principal | undefined {
    return this.answers.peek(keyOf(token), { allowStale: true })?.principal;
  }

  async authenticate(token: string): Promise<Principal | undefined> {
    return (await this.answers.fetch(keyOf(token)))?.principal;
  }

  /** After a token was revoked here. */
  forgetAll(): void {
    this.answers.clear();
  }
}

function keyOf(token: string): string {
  return hashToken(token).toString('base64');
}
