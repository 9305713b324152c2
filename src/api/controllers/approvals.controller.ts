import { Controller, Get, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { approvalStatuses, Approvals } from '../../approvals/index.js';
import { cursor, limit, pageOf, time } from '../answers/page.js';
import { runId, workflowId } from '../answers/run.js';
import { callerOf } from '../door/caller.js';
import { oneOrMore } from '../door/one-or-more.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';

const approvalId = z.uuid().meta({ examples: ['019c1a52-4b1d-7d3f-8f60-3c1c2f9b7a11'] });

const approval = z
  .strictObject({
    id: approvalId,
    run: runId,
    workflow: workflowId,
    step: z.string().describe('Path of the step that asks'),
    message: z.string().meta({ examples: ['Restart billing?'] }),
    approvers: z.array(z.string()).describe('Who may decide: user:<name>, group:<name>, role:<name>'),
    status: z.enum(approvalStatuses),
    requestedAt: time,
    dueAt: time.nullable().describe('After that `onTimeout` of the step counts'),
    decidedAt: time.nullable(),
    decidedBy: z.string().nullable(),
    comment: z.string().nullable(),
    data: z.unknown().describe('What the decision brought along: any JSON'),
  })
  .meta({ id: 'Approval' });

const listApprovals = routeSpec({
  summary: 'What runs ask people for, the newest first',
  access: 'viewer',
  query: z.strictObject({
    status: oneOrMore(approvalStatuses).optional(),
    workflow: workflowId.optional(),
    run: runId.optional(),
    cursor: cursor.pipe(approvalId).optional(),
    limit,
  }),
  answer: { status: 200, description: 'A page of approvals', schema: pageOf(approval) },
});

const getApproval = routeSpec({
  summary: 'An approval',
  access: 'viewer',
  params: z.strictObject({ id: approvalId }),
  answer: { status: 200, description: 'The approval', schema: approval },
  errors: ['CC_APPROVAL_NOT_FOUND'],
});

const decide = routeSpec({
  summary: 'Decide',
  description:
    'The caller must be among its approvers. The first decision counts; it is durable when this answers, and the run goes on a moment later. A rejection fails the step.',
  access: 'approver',
  audit: 'approval.decide',
  params: z.strictObject({ id: approvalId }),
  body: z.strictObject({
    decision: z.enum(['approve', 'reject']),
    comment: z
      .string()
      .min(1)
      .max(2000)
      .optional()
      .meta({ examples: ['looks good'] }),
    data: z.unknown().optional().describe('Any JSON up to 64 KiB: `steps.<id>.output.data`'),
  }),
  answer: { status: 200, description: 'The approval as it is now', schema: approval },
  errors: ['CC_APPROVAL_NOT_FOUND', 'CC_APPROVAL_DECIDED'],
});

@Controller('api/v1/approvals')
export class ApprovalsController {
  constructor(private readonly approvals: Approvals) {}

  @Get()
  @Route(listApprovals)
  list(@Req() request: FastifyRequest) {
    const { cursor: before, ...query } = read(listApprovals, request).query;
    return this.approvals.list({ ...query, before });
  }

  @Get(':id')
  @Route(getApproval)
  get(@Req() request: FastifyRequest) {
    return this.approvals.get(read(getApproval, request).params.id);
  }

  @Post(':id/decision')
  @Route(decide)
  async decide(@Req() request: FastifyRequest) {
    const { params, body } = read(decide, request);
    await this.approvals.decide(params.id, callerOf(request), body);
    return this.approvals.get(params.id);
  }
}
