import { Controller, Delete, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { roles } from '../../identity/index.js';
import { time } from '../answers/page.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { clearSessionCookie, setSessionCookie } from '../http/session-cookie.js';
import { SignIn, signInBytes } from '../sign-in.js';

const openSession = routeSpec({
  summary: 'Sign a browser in',
  description:
    'Exchanges a token for a cookie (HttpOnly, SameSite=Strict; over https Secure and named __Host-cc_session) that stands for it, for a week at most. It ends when the token is revoked or expires, and when the same browser signs in again; of one token the newest 50 stay. With the cookie alone, requests that change anything need the Origin of this hub.',
  access: 'public',
  body: z.strictObject({ token: z.string().min(1).max(1000) }),
  bodyBytes: signInBytes,
  uncounted: true, // until it proves wrong: see SignIn
  answer: {
    status: 200,
    description: 'Signed in',
    schema: z
      .strictObject({ name: z.string(), role: z.enum(roles), approver: z.boolean(), expiresAt: time })
      .meta({ id: 'Session' }),
    headers: { 'Set-Cookie': 'cc_session' },
  },
  errors: ['CC_UNAUTHENTICATED', 'CC_RATE_LIMITED', 'CC_ORIGIN_REFUSED', 'CC_OVERLOADED', 'CC_DATABASE_UNAVAILABLE'],
});

const endSession = routeSpec({
  summary: 'Sign a browser out',
  description: 'Ends the session of the cookie, and takes the cookie away whether or not that had ended before.',
  access: 'public',
  answer: { status: 204, description: 'Signed out', headers: { 'Set-Cookie': 'cc_session, empty' } },
  errors: ['CC_ORIGIN_REFUSED', 'CC_DATABASE_UNAVAILABLE'],
});

@Controller('session')
export class SessionController {
  constructor(private readonly signIn: SignIn) {}

  @Post()
  @Route(openSession)
  async open(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { body } = read(openSession, request);
    const { principal, session } = await this.signIn.open(request, body.token);
    setSessionCookie(request, reply, session);
    const { name, role, approver } = principal;
    return { name, role, approver, expiresAt: session.expiresAt };
  }

  @Delete()
  @Route(endSession)
  async end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    await this.signIn.end(request);
    clearSessionCookie(request, reply);
  }
}
