import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ErrorCode } from '../../errors/index.js';
import { mayDo } from '../../identity/index.js';
import { Reruns, RunControl } from '../../runs/index.js';
import { runId, startedRun } from '../answers/run.js';
import { callerOf } from '../door/caller.js';
import { fingerprintOf } from '../door/fingerprint.js';
import { idempotencyKey } from '../door/idempotency-key.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { type RouteSpec, routeSpec } from '../door/route-spec.js';
import { parentOf } from '../door/trace-parent.js';

type Asking = Pick<RouteSpec, 'summary' | 'description' | 'audit' | 'body'>;

const params = z.strictObject({ id: runId });
const reason = z
  .string()
  .min(1)
  .max(1000)
  .optional()
  .meta({ examples: ['wrong input'] });
const asked = z.strictObject({ id: runId });

/** What a run is asked to do, and does a moment after the answer. `errors` beside the usual ones. */
function asking<const S extends Asking>(about: S, doing: string, ...errors: ErrorCode[]) {
  return routeSpec({
    ...about,
    access: 'operator',
    params,
    answer: { status: 202, description: doing, schema: asked },
    errors: ['CC_RUN_NOT_FOUND', 'CC_RUN_FINISHED', ...errors],
  });
}

const cancelRun = asking(
  {
    summary: 'Cancel a run',
    description:
      'The request is durable when this answers; steps in flight are told to stop, those of `finally` are done, and the run ends as cancelled a moment later.',
    audit: 'run.cancel',
    body: z
      .strictObject({ reason, force: z.boolean().optional().describe('Without the steps of `finally`') })
      .optional(),
  },
  'Cancelling',
);

const pauseRun = asking(
  {
    summary: 'Pause a run',
    description:
      'Steps in flight go on to their end, and nothing else begins until the run is resumed. Its timeout goes on.',
    audit: 'run.pause',
    body: z.strictObject({ reason }).optional(),
  },
  'Pausing',
  'CC_RUN_NOT_STARTED',
);

const resumeRun = asking(
  {
    summary: 'Resume a paused run',
    description: 'Of a run that is not paused nothing changes.',
    audit: 'run.resume',
  },
  'Resuming',
);

const rerunRun = routeSpec({
  summary: 'Do a run again',
  description:
    'Makes a new run with the input of one that has ended. `from` a step: the steps that do not need it keep what they came to; approvals, and what needs them, are always done again, and the input must be the same. The version is that of the old run unless another is named. A version that is not current takes an admin, unless the run is done again as it was: same version, same input.',
  access: 'operator',
  audit: 'run.rerun',
  params,
  headers: z.object({ 'idempotency-key': idempotencyKey }),
  body: z
    .strictObject({
      from: z
        .string()
        .min(1)
        .max(60)
        .optional()
        .describe('Id of a step')
        .meta({ examples: ['verify'] }),
      version: z.string().min(1).max(128).optional(),
      input: z.unknown().optional().describe('Instead of the input of the run; not together with `from`'),
    })
    .optional(),
  answer: { status: 202, description: 'The new run is accepted', schema: startedRun, headers: { Location: 'Where the run is' } }, // prettier-ignore
  errors: [
    'CC_RUN_NOT_FOUND',
    'CC_RUN_NOT_FINISHED',
    'CC_STEP_UNKNOWN',
    'CC_RERUN_INPUT_DIFFERS',
    'CC_WORKFLOW_NOT_FOUND',
    'CC_WORKFLOW_DISABLED',
    'CC_INPUT_INVALID',
    'CC_IDEMPOTENCY_MISMATCH',
    'CC_OVERLOADED',
    'CC_SHUTTING_DOWN',
  ],
});

@Controller('api/v1/runs/:id')
export class RunChangesController {
  constructor(
    private readonly control: RunControl,
    private readonly reruns: Reruns,
  ) {}

  @Post('cancel')
  @Route(cancelRun)
  async cancel(@Req() request: FastifyRequest) {
    const { params, body } = read(cancelRun, request);
    await this.control.cancel(params.id, callerOf(request).name, body?.reason, body?.force);
    return { id: params.id };
  }

  @Post('pause')
  @Route(pauseRun)
  async pause(@Req() request: FastifyRequest) {
    const { params, body } = read(pauseRun, request);
    await this.control.pause(params.id, callerOf(request).name, body?.reason);
    return { id: params.id };
  }

  @Post('resume')
  @Route(resumeRun)
  async resume(@Req() request: FastifyRequest) {
    const { params } = read(resumeRun, request);
    await this.control.resume(params.id, callerOf(request).name);
    return { id: params.id };
  }

  @Post('rerun')
  @Route(rerunRun)
  async rerun(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { params, headers, body = {} } = read(rerunRun, request);
    const { from, version, input } = body;
    const key = headers['idempotency-key'];
    const fingerprint = fingerprintOf({ of: params.id, from, version, input });
    const started = await this.reruns.rerun({
      run: params.id,
      from,
      version,
      input,
      oldVersions: mayDo(callerOf(request), 'admin'),
      by: callerOf(request).name,
      ...(key !== undefined && { dedupe: { key, fingerprint } }),
      traceparent: parentOf(request),
    });
    reply.header('location', `/api/v1/runs/${started.id}`);
    const { id, workflow, status, createdAt, duplicate } = started;
    return { id, workflow, version: started.version, status, createdAt, duplicate };
  }
}
