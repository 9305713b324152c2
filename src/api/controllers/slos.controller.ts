import { Controller, Get, Header, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ErrorBudgets, WorkflowSlos } from '../../slo/index.js';
import { pageOf, time } from '../answers/page.js';
import { workflowId } from '../answers/run.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const slo = z
  .strictObject({
    workflow: workflowId,
    slo: z.string().meta({ examples: ['order-paid-success'] }),
    kind: z.enum(['success', 'duration']),
    objective: z
      .number()
      .describe('Share of the runs that must be good')
      .meta({ examples: [0.995] }),
    limitSeconds: z.number().nullable().describe('Of a duration: the longest good run'),
    window: z.string().meta({ examples: ['30d'] }),
    state: z.enum(['ok', 'burning', 'exhausted', 'unknown']).describe('burning = an alert of it fires'),
    budget: z
      .strictObject({
        remaining: z.number().describe('1 = nothing used, 0 = all used, below 0 = the objective is missed'),
        errorRatio: z.number().describe('Share of bad runs in the window'),
        at: time,
      })
      .nullable(),
    burnRates: z
      .record(z.string(), z.number())
      .describe('Times faster than the budget allows, by how far one looks back'),
    reason: z.string().nullable().describe('Why there is no budget'),
  })
  .meta({ id: 'Slo' });

const listSlos = routeSpec({
  summary: 'What enabled workflows promise, and what is left of their error budgets',
  description: 'Budgets come from Prometheus; when it does not answer they are null, with the reason.',
  access: 'viewer',
  query: sliceQuery,
  answer: { status: 200, description: 'All of them, by workflow', schema: pageOf(slo) },
});

const showRules = routeSpec({
  summary: 'The rules that Prometheus is to read, made of the SLOs',
  access: 'viewer',
  answer: { status: 200, description: 'A file of rules', schema: z.string(), type: 'application/yaml' },
});

@Controller('api/v1/slos')
export class SlosController {
  constructor(
    private readonly budgets: ErrorBudgets,
    private readonly slos: WorkflowSlos,
  ) {}

  @Get()
  @Route(listSlos)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listSlos, request);
    const reports = await this.budgets.list();
    return slice(
      reports.map(({ slo: { days, workflow, slo, kind, objective, ...rest }, ...report }) => ({
        workflow,
        slo,
        kind,
        objective,
        limitSeconds: 'limitSeconds' in rest ? rest.limitSeconds : null,
        window: `${days}d`,
        ...report,
      })),
      query,
    );
  }

  @Get('rules')
  @Header('content-type', 'application/yaml; charset=utf-8')
  @Route(showRules)
  rules(@Req() request: FastifyRequest): string {
    read(showRules, request);
    return this.slos.rules();
  }
}
