import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Audit } from '../../identity/index.js';
import { auditEntry } from '../answers/identity.js';
import { limit, pageOf, time } from '../answers/page.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';

const text = z.string().min(1).max(500).optional();
const at = time.transform((written) => new Date(written)).optional();

const listAudit = routeSpec({
  summary: 'Who changed what, newest first',
  description:
    'Every change of users, groups, tokens, secrets, workflows, runs and approvals. Names and ids, never values. Kept for `audit.retention`.',
  access: 'admin',
  query: z.strictObject({
    actor: text.describe('Name of a user or token'),
    action: text.describe('token.create, user.disable, run.cancel, ...'),
    target: text.describe('Name or id of what was changed'),
    since: at.describe('At or after'),
    until: at.describe('Before'),
    cursor: z
      .string()
      .regex(/^\d{1,18}$/, 'is not a cursor of this list')
      .optional()
      .describe('nextCursor of the answer before'),
    limit,
  }),
  answer: { status: 200, description: 'A page of entries', schema: pageOf(auditEntry) },
});

@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly audit: Audit) {}

  @Get()
  @Route(listAudit)
  list(@Req() request: FastifyRequest) {
    const { cursor: before, ...query } = read(listAudit, request).query;
    return this.audit.list({ ...query, before });
  }
}
