import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Approvals } from '../../approvals/index.js';
import { CcError } from '../../errors/index.js';
import { Audit } from '../../identity/index.js';
import { cursor } from '../answers/page.js';
import { actorOf } from '../door/actor.js';
import { callerOf } from '../door/caller.js';
import { read } from '../door/read.js';
import { approvalsPage } from './approvals-page.js';
import { given } from './form-fields.js';
import { MOST_PENDING } from './layout.js';
import { Page, pageSpec, sendPage } from './page.js';

const list = pageSpec({
  access: 'viewer',
  query: z.object({ cursor: given(cursor.pipe(z.uuid())), live: z.string().optional() }),
});
const decide = pageSpec({
  access: 'approver',
  form: true,
  params: z.object({ id: z.string() }),
  body: z.object({
    decision: z.enum(['approve', 'reject']),
    comment: given(z.string().trim().max(2000)),
  }),
});

const approvalsOnAPage = 25;

/** What waits for a decision, and the buttons that give one. */
@Controller('approvals')
export class ApprovalPagesController {
  constructor(
    private readonly approvals: Approvals,
    private readonly audit: Audit,
  ) {}

  @Get()
  @Page(list)
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { cursor: before, live } = read(list, request).query;
    const startedAt = performance.now();
    const [approvals, pending] = await Promise.all([
      this.approvals.list({ status: ['pending'], before, limit: approvalsOnAPage }),
      this.approvals.pending(MOST_PENDING + 1),
    ]);
    const tookMs = performance.now() - startedAt;
    const [principal, now, older] = [callerOf(request), Date.now(), before !== undefined];
    sendPage(reply, approvalsPage({ approvals, older, pending, principal, now, live: live !== 'off', tookMs }));
  }

  @Post(':id/decision')
  @Page(decide)
  async decide(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { params, body } = read(decide, request);
    const id = known(params.id);
    await this.approvals.decide(id, callerOf(request), body);
    await this.audit.recordMade(actorOf(request), { action: 'approval.decide', targetKind: 'approval', target: id });
    const { run } = await this.approvals.get(id);
    void reply.redirect(`/runs/${run}`, 303);
  }
}

/** What cannot be the id of an approval is the id of none. */
function known(id: string): string {
  if (z.uuid().safeParse(id).success) return id;
  throw new CcError('CC_APPROVAL_NOT_FOUND', `there is no approval "${id.slice(0, 80)}"`);
}
