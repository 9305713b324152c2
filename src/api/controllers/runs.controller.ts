import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RunReader } from '../../runs/index.js';
import { cursor, limit, pageOf, time } from '../answers/page.js';
import { logLine, run, runEvent, runId, runStatuses, runSummary, triggerKinds, workflowId } from '../answers/run.js';
import { oneOrMore } from '../door/one-or-more.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';

const at = time.transform((text) => new Date(text));

const listRuns = routeSpec({
  summary: 'Runs, newest first',
  access: 'viewer',
  query: z.strictObject({
    workflow: workflowId.optional(),
    status: oneOrMore(runStatuses).optional(),
    trigger: oneOrMore(triggerKinds).optional(),
    since: at.optional().describe('Created at or after'),
    until: at.optional().describe('Created before'),
    cursor: cursor.optional(),
    limit,
  }),
  answer: { status: 200, description: 'A page of runs, without their steps', schema: pageOf(runSummary) },
});

const params = z.strictObject({ id: runId });

const getRun = routeSpec({
  summary: 'A run with its steps',
  access: 'viewer',
  params,
  answer: { status: 200, description: 'The run', schema: run },
  errors: ['CC_RUN_NOT_FOUND'],
});

const numbered = z.strictObject({
  cursor: z.string().max(20).optional().describe('The seq of the last item seen: what comes after it is answered'),
  limit,
});

const getEvents = routeSpec({
  summary: 'What happened in a run, in order',
  access: 'viewer',
  params,
  query: numbered,
  answer: { status: 200, description: 'A page of the log', schema: pageOf(runEvent) },
  errors: ['CC_RUN_NOT_FOUND'],
});

const getLogs = routeSpec({
  summary: 'What the steps of a run logged, in order',
  access: 'viewer',
  params,
  query: numbered,
  answer: { status: 200, description: 'A page of log lines', schema: pageOf(logLine) },
  errors: ['CC_RUN_NOT_FOUND'],
});

@Controller('api/v1/runs')
export class RunsController {
  constructor(private readonly reader: RunReader) {}

  @Get()
  @Route(listRuns)
  list(@Req() request: FastifyRequest) {
    return this.reader.list(read(listRuns, request).query);
  }

  @Get(':id')
  @Route(getRun)
  get(@Req() request: FastifyRequest) {
    return this.reader.get(read(getRun, request).params.id);
  }

  @Get(':id/events')
  @Route(getEvents)
  events(@Req() request: FastifyRequest) {
    const { params, query } = read(getEvents, request);
    return this.reader.events(params.id, query);
  }

  @Get(':id/logs')
  @Route(getLogs)
  logs(@Req() request: FastifyRequest) {
    const { params, query } = read(getLogs, request);
    return this.reader.logs(params.id, query);
  }
}
