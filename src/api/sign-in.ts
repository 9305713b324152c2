import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CcError } from '../errors/index.js';
import { Authenticator, Sessions, type NewSession, type Principal } from '../identity/index.js';
import { FailedSignIns } from './failed-sign-ins.js';
import { addressOf } from './http/address.js';
import { requireSameOrigin } from './http/same-origin.js';
import { sessionOf } from './http/session-cookie.js';

/** The largest request to sign in, bytes: a token, and a path to go on to. */
export const signInBytes = 8 * 1024;

interface SignedIn {
  readonly principal: Principal;
  readonly session: NewSession;
}

/** A token for a session, for the API and for the page alike. */
@Injectable()
export class SignIn {
  private readonly failed = new FailedSignIns();

  constructor(
    private readonly authenticator: Authenticator,
    private readonly sessions: Sessions,
  ) {}

  /** Throws CC_UNAUTHENTICATED, CC_RATE_LIMITED, CC_OVERLOADED; and CC_ORIGIN_REFUSED when another site wants to sign somebody in here as somebody else. */
  async open(request: FastifyRequest, token: string): Promise<SignedIn> {
    if (request.headers.origin !== undefined) requireSameOrigin(request);
    const opened = await this.sessionFor(token.trim());
    if (opened === undefined) {
      // Counted when it proved wrong: behind a proxy whoever guesses has the same address as somebody with a right one.
      this.failed.count(addressOf(request));
      throw new CcError('CC_UNAUTHENTICATED', 'this token is unknown, revoked or expired');
    }
    // The browser has one cookie: what it held before would stay open, and nobody could end it.
    await this.endSessionOf(request);
    return opened;
  }

  /** Of the cookie. Nothing where there is none, or where it has ended already. */
  async end(request: FastifyRequest): Promise<void> {
    if (sessionOf(request) !== undefined) requireSameOrigin(request);
    await this.endSessionOf(request);
  }

  private async sessionFor(token: string): Promise<SignedIn | undefined> {
    const principal = await this.authenticator.authenticate({ kind: 'token', text: token });
    const session = principal && (await this.sessions.open(principal.id));
    return session && { principal, session };
  }

  private async endSessionOf(request: FastifyRequest): Promise<void> {
    const session = sessionOf(request);
    if (session === undefined) return;
    await this.sessions.end(session.text);
    this.authenticator.forget(session);
  }
}
