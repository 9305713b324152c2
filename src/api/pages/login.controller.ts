import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CcError } from '../../errors/index.js';
import { read } from '../door/read.js';
import { clearSessionCookie, setSessionCookie } from '../http/session-cookie.js';
import { SignIn, signInBytes } from '../sign-in.js';
import { loginPage } from './login-page.js';
import { nextPath } from './next-path.js';
import { Page, pageSpec, sendPage } from './page.js';

const next = z.string().max(2000).optional().catch(undefined);
/** Not counted: whoever uses up the rate of an address (behind a proxy that is everybody) must keep nobody from signing in. */
const form = pageSpec({ access: 'public', uncounted: true, query: z.object({ next }) });
const signIn = pageSpec({
  access: 'public',
  uncounted: true, // until it proves wrong: see SignIn
  form: true,
  body: z.object({ token: z.string().min(1).max(1000), next }),
  bodyBytes: signInBytes,
});
/** For everybody: who holds a cookie of a session that has ended wants to be rid of it too. */
const signOut = pageSpec({ access: 'public', form: true, bodyBytes: signInBytes });

@Controller()
export class LoginController {
  constructor(private readonly signIn: SignIn) {}

  @Get('login')
  @Page(form)
  form(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { query } = read(form, request);
    sendPage(reply, loginPage({ next: nextPath(query.next) }));
  }

  @Post('login')
  @Page(signIn)
  async open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { body } = read(signIn, request);
    const to = nextPath(body.next);
    try {
      const { session } = await this.signIn.open(request, body.token);
      setSessionCookie(request, reply, session);
      void reply.redirect(to, 303);
    } catch (thrown) {
      if (!(thrown instanceof CcError) || thrown.code !== 'CC_UNAUTHENTICATED') throw thrown;
      sendPage(reply, loginPage({ next: to, problem: 'This token is unknown, revoked or expired.' }), 401);
    }
  }

  @Post('session/end')
  @Page(signOut)
  async end(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.signIn.end(request);
    clearSessionCookie(request, reply);
    void reply.redirect('/login', 303);
  }
}
