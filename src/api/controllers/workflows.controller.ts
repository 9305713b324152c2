import { Controller, Get, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CONFIG, type Config } from '../../config/index.js';
import { AgentCatalogue, Definitions } from '../../definitions/index.js';
import { CcError } from '../../errors/index.js';
import { validateWorkflow } from '../../workflow/index.js';
import { pageOf } from '../answers/page.js';
import { workflowId } from '../answers/run.js';
import { validation, workflow, workflowSummary } from '../answers/workflow.js';
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
  access: 'viewer',
  params: z.strictObject({ id: workflowId }),
  query: z.strictObject({ version: z.string().min(1).max(128).optional().describe('The current one when left out') }),
  answer: { status: 200, description: 'The workflow', schema: workflow },
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
  async get(@Req() request: FastifyRequest) {
    const { params, query } = read(getWorkflow, request);
    const { id, name, version, definition } = await (query.version === undefined
      ? this.definitions.get(params.id)
      : this.definitions.version(params.id, query.version));
    const { description } = definition;
    return {
      id,
      name,
      ...(description !== undefined && { description }),
      version,
      enabled: this.definitions.enabled(id),
      definition,
    };
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
