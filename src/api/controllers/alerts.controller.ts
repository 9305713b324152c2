import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Definitions } from '../../definitions/index.js';
import { AlertStarts } from '../../triggers/index.js';
import { cursor, limit, pageOf, time } from '../answers/page.js';
import { runId, workflowId } from '../answers/run.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';

const alertStart = z
  .strictObject({
    alert: z.string().describe('Name of the alert'),
    target: z.string().describe('What its cooldown counts for; empty without `target`'),
    occurrence: z.string().describe('fingerprint/startsAt/status'),
    decision: z.enum(['started', 'cooldown', 'guarded', 'failed']),
    at: time,
    runId: runId.nullable().describe('The run it started'),
    error: z.string().nullable().describe('Why the start failed for good'),
  })
  .meta({ id: 'AlertStart' });

const listAlerts = routeSpec({
  summary: 'What was decided about alerts that match `on.alert` of a workflow, the newest first',
  description: 'Of the last 30 days.',
  access: 'viewer',
  params: z.strictObject({ id: workflowId }),
  query: z.strictObject({ cursor: cursor.regex(/^\d{1,18}$/, 'is not a cursor of this list').optional(), limit }),
  answer: { status: 200, description: 'A page of decisions', schema: pageOf(alertStart) },
  errors: ['CC_WORKFLOW_NOT_FOUND'],
});

@Controller('api/v1/workflows/:id/alerts')
export class AlertsController {
  constructor(
    private readonly definitions: Definitions,
    private readonly starts: AlertStarts,
  ) {}

  @Get()
  @Route(listAlerts)
  async list(@Req() request: FastifyRequest) {
    const { params, query } = read(listAlerts, request);
    const { id } = await this.definitions.get(params.id);
    return this.starts.list(id, query.limit, query.cursor);
  }
}
