import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONFIG, type Config } from '../../config/index.js';
import { AgentCatalogue, Definitions } from '../../definitions/index.js';
import { CcError } from '../../errors/index.js';
import { validateWorkflow } from '../../workflow/index.js';
import { pageOf } from '../answers/page.js';
import { wantedVersion, workflowId } from '../answers/run.js';
import { validation, workflow, workflowSummary, workflowVersion } from '../answers/workflow.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const listWorkflows = routeSpec({
  summary: 'Workflows, by id',
  access: 'viewer',
  query: sliceQuery,
  answer: { status: 200, description: 'A page of workflows', schema: pageOf(workflowSummary) },
});

const getWorkflow = routeSpec({
  summary: 'A workflow with its definition',
  description: 'The current version, or an older one; what is said about the workflow is always as of now.',
  access: 'viewer',
  params: z.strictObject({ id: workflowId }),
  query: z.strictObject({ version: wantedVersion.optional().describe('The current one when left out') }),
  answer: {
    status: 200,
    description: 'The workflow',
    schema: workflow,
    headers: { ETag: 'The version of the answer, for If-Match' },
  },
  errors: ['CC_WORKFLOW_NOT_FOUND'],
});

const listVersions = routeSpec({
  summary: 'Versions of a workflow, the newest first',
  access: 'viewer',
  params: z.strictObject({ id: workflowId }),
  query: sliceQuery,
  answer: { status: 200, description: 'A page of versions', schema: pageOf(workflowVersion) },
  errors: ['CC_WORKFLOW_NOT_FOUND'],
});

const validate = routeSpec({
  summary: 'Check a workflow without keeping it',
  description:
    'Grammar, expressions, agents and secrets of this hub. A workflow with problems is an answer like any other: 200.',
  access: 'viewer',
  textBody: {
    types: ['application/yaml', 'application/json', 'text/plain'],
    example: 'id: hello\nsteps:\n  greet:\n    uses: transform.value\n    with:\n      value: Hello\n',
  },
  answer: {
    status: 200,
    description: 'Everything that is wrong with it, by path, line and column',
    schema: validation,
  },
});

@Controller('api/v1/workflows')
export class WorkflowsController {
  constructor(
    private readonly definitions: Definitions,
    private readonly catalogue: AgentCatalogue,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Route(listWorkflows)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listWorkflows, request);
    return slice(await this.definitions.list(), query);
  }

  @Get(':id')
  @Route(getWorkflow)
  async get(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { params, query } = read(getWorkflow, request);
    const now = await this.definitions.summary(params.id);
    const plan = await this.definitions.version(params.id, query.version ?? now.version);
    const { steps: _steps, schedules: _cron, events: _types, webhooks: _paths, description: _now, ...about } = now;
    const { name, version, definition } = plan;
    reply.header('etag', `"${version}"`);
    const { description } = definition;
    return { ...about, name, ...(description !== undefined && { description }), version, definition };
  }

  @Get(':id/versions')
  @Route(listVersions)
  async versions(@Req() request: FastifyRequest) {
    const { params, query } = read(listVersions, request);
    const current = (await this.definitions.get(params.id)).version;
    const all = await this.definitions.versions(params.id);
    return slice(
      all.map(({ version, createdAt, createdBy }) => ({ version, current: version === current, createdAt, createdBy })),
      query,
    );
  }

  @Post('validate')
  @Route(validate)
  validate(@Req() request: FastifyRequest) {
    read(validate, request);
    if (typeof request.body !== 'string')
      throw new CcError('CC_REQUEST_INVALID', 'body is missing: send the workflow as YAML or JSON');
    const { secrets, engine } = this.config;
    const { plan, problems } = validateWorkflow(request.body, {
      catalogue: this.catalogue,
      secrets,
      stepTimeoutMs: engine.defaultStepTimeoutMs,
    });
    // There is no error around them here, so each says its code itself.
    if (plan === undefined)
      return {
        valid: false,
        problems: problems.map((problem) => ({ ...problem, code: problem.code ?? 'CC_WORKFLOW_INVALID' })),
      };
    return { valid: true, problems: [], workflow: { id: plan.id, version: plan.version } };
  }
}
