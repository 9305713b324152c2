import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { mayDo } from '../../identity/index.js';
import { RunStarter } from '../../runs/index.js';
import { startedRun, workflowId, wantedVersion } from '../answers/run.js';
import { callerOf } from '../door/caller.js';
import { fingerprintOf } from '../door/fingerprint.js';
import { idempotencyKey } from '../door/idempotency-key.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { parentOf } from '../door/trace-parent.js';

const startRun = routeSpec({
  summary: 'Start a run',
  description:
    'Answers when the run is durable. With an Idempotency-Key the same request sent twice starts one run: the second answer names the first run.',
  access: 'operator',
  params: z.strictObject({ id: workflowId }),
  headers: z.object({ 'idempotency-key': idempotencyKey }),
  body: z
    .strictObject({
      input: z
        .unknown()
        .optional()
        .describe("What the workflow's input schema asks for")
        .meta({ examples: [{ name: 'Ada' }] }),
      version: wantedVersion
        .optional()
        .describe('A version of the workflow; the current one when left out, and another only for an admin'),
    })
    .optional(),
  answer: {
    status: 202,
    description: 'The run is accepted',
    schema: startedRun,
    headers: { Location: 'Where the run is' },
  },
  errors: [
    'CC_WORKFLOW_NOT_FOUND',
    'CC_WORKFLOW_DISABLED',
    'CC_INPUT_INVALID',
    'CC_IDEMPOTENCY_MISMATCH',
    'CC_CONCURRENCY_FULL',
    'CC_OVERLOADED',
    'CC_SHUTTING_DOWN',
  ],
});

@Controller('api/v1/workflows/:id/runs')
export class StartRunController {
  constructor(private readonly starter: RunStarter) {}

  @Post()
  @Route(startRun)
  async start(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { params, headers, body = {} } = read(startRun, request);
    const { input = {}, version } = body;
    const key = headers['idempotency-key'];
    const traceparent = parentOf(request);
    const started = await this.starter.start({
      workflow: params.id,
      ...(version !== undefined && { version, onlyCurrent: !mayDo(callerOf(request), 'admin') }),
      input,
      trigger: { kind: 'manual', by: callerOf(request).name },
      ...(key !== undefined && { dedupe: { key, fingerprint: fingerprintOf({ version, input }) } }),
      ...(traceparent !== undefined && { traceparent }),
    });
    const { id, workflow, status, createdAt, duplicate } = started;
    reply.header('location', `/api/v1/runs/${id}`);
    return { id, workflow, version: started.version, status, createdAt, duplicate };
  }
}
