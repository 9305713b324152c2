import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Schedules } from '../../triggers/index.js';
import { pageOf, time } from '../answers/page.js';
import { runId, workflowId } from '../answers/run.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const schedule = z
  .strictObject({
    workflow: workflowId,
    cron: z.string().meta({ examples: ['*/15 * * * *'] }),
    timezone: z.string().meta({ examples: ['Europe/Zurich'] }),
    nextAt: time.nullable().describe('null = never again'),
    lastAt: time.nullable().describe('The last fire that was dealt with'),
    lastRunId: runId.nullable(),
  })
  .meta({ id: 'Schedule' });

const listSchedules = routeSpec({
  summary: 'Cron lines of enabled workflows, the next to fire first',
  access: 'viewer',
  query: sliceQuery,
  answer: { status: 200, description: 'All of them', schema: pageOf(schedule) },
});

@Controller('api/v1/schedules')
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  @Get()
  @Route(listSchedules)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listSchedules, request);
    return slice(await this.schedules.list(), query);
  }
}
