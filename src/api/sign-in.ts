import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { CcError } from '../errors/index.js';
import { Authenticator, Sessions, type NewSession, type Principal } from '../identity/index.js';
import './http/route-config.js';
import { requireSameOrigin } from './http/same-origin.js';

/** A token for a session, for the API and for the page alike. */
@Injectable()
export class SignIn {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly sessions: Sessions,
  ) {}

  /** Throws CC_UNAUTHENTICATED; and CC_ORIGIN_REFUSED when another site wants to sign somebody in here as somebody else. */
  async open(request: FastifyRequest, token: string): Promise<{ principal: Principal; session: NewSession }> {
    if (request.headers.origin !== undefined) requireSameOrigin(request);
    const principal = await this.authenticator.authenticate({ kind: 'token', text: token.trim() });
    const session = principal && (await this.sessions.open(principal.id));
    if (principal === undefined || session === undefined)
      throw new CcError('CC_UNAUTHENTICATED', 'this token is unknown, revoked or expired');
    return { principal, session };
  }

  async end(request: FastifyRequest): Promise<void> {
    if (request.session === undefined) return;
    await this.sessions.end(request.session.text);
    this.authenticator.forget(request.session);
  }
}
