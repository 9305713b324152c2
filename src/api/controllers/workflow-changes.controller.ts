import { Controller, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { DefinitionChanges } from '../../definitions/index.js';
import { CcError, type ErrorCode } from '../../errors/index.js';
import { workflowId } from '../answers/run.js';
import { changedWorkflow, workflowSummary } from '../answers/workflow.js';
import { callerOf } from '../door/caller.js';
import { entityTags } from '../door/entity-tags.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { type RouteSpec, routeSpec } from '../door/route-spec.js';

type Switching = Pick<RouteSpec, 'summary' | 'description' | 'audit'>;

const params = z.strictObject({ id: workflowId });

const putWorkflow = routeSpec({
  summary: 'Make or change a workflow',
  description:
    'The whole workflow, as YAML or JSON; its id must be that of the path. Sent again it changes nothing. Runs keep the version they started with, and a workflow that is disabled stays so. Other replicas know it a second later. With `If-Match` it is refused when the current version is another, with `If-None-Match: *` when there is one.',
  access: 'admin',
  audit: 'workflow.put',
  params,
  headers: z.object({
    'if-match': entityTags.optional().meta({ examples: ['"c1ba24413b76ae4a"'] }),
    'if-none-match': z.literal('*', 'can only be *').optional(),
  }),
  textBody: {
    types: ['application/yaml', 'application/json', 'text/plain'],
    example: 'id: hello\nsteps:\n  greet:\n    uses: transform.value\n    with:\n      value: Hello\n',
  },
  answer: {
    status: 200,
    description: 'Changed, or what it was already',
    schema: changedWorkflow,
    headers: { ETag: 'Its version' },
    also: { status: 201, description: 'New' },
  },
  errors: ['CC_WORKFLOW_INVALID', 'CC_WORKFLOW_OWNED', 'CC_WORKFLOW_CHANGED', 'CC_WORKFLOW_TOO_MANY'],
});

/** A workflow is one way or the other: said again it changes nothing. */
function switching(about: Switching, errors: readonly ErrorCode[], word: string) {
  return routeSpec({
    ...about,
    access: 'admin',
    params,
    answer: { status: 200, description: `It is ${word}`, schema: workflowSummary },
    errors,
  });
}

const enableWorkflow = switching(
  { summary: 'Let a workflow start runs again', audit: 'workflow.enable' },
  ['CC_WORKFLOW_NOT_FOUND', 'CC_WORKFLOW_GONE'],
  'enabled',
);

const disableWorkflow = switching(
  {
    summary: 'Keep a workflow from starting runs',
    description:
      'By its triggers and by hand, on this replica at once and on others within a second or two, until somebody enables it. Runs that have begun go on; cancel them if they must not.',
    audit: 'workflow.disable',
  },
  ['CC_WORKFLOW_NOT_FOUND'],
  'disabled',
);

@Controller('api/v1/workflows/:id')
export class WorkflowChangesController {
  constructor(private readonly changes: DefinitionChanges) {}

  @Put()
  @Route(putWorkflow)
  async put(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { params, headers } = read(putWorkflow, request);
    if (typeof request.body !== 'string')
      throw new CcError('CC_REQUEST_INVALID', 'body is missing: send the workflow as YAML or JSON');
    const match = headers['if-match'];
    const { outcome, workflow } = await this.changes.put(params.id, request.body, callerOf(request).name, {
      ...(match !== undefined && { match }),
      absent: headers['if-none-match'] !== undefined,
    });
    if (outcome === 'created') reply.status(201);
    reply.header('etag', `"${workflow.version}"`);
    return { ...workflow, outcome };
  }

  @Post('enable')
  @Route(enableWorkflow)
  async enable(@Req() request: FastifyRequest) {
    const { params } = read(enableWorkflow, request);
    return (await this.changes.enable(params.id, callerOf(request).name)).workflow;
  }

  @Post('disable')
  @Route(disableWorkflow)
  async disable(@Req() request: FastifyRequest) {
    const { params } = read(disableWorkflow, request);
    return (await this.changes.disable(params.id, callerOf(request).name)).workflow;
  }
}
