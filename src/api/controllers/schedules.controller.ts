import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { firesFrom, Schedules } from '../../triggers/index.js';
import { cronProblem, nextFire, timezoneProblem } from '../../workflow/index.js';
import { pageOf, time } from '../answers/page.js';
import { runId, workflowId } from '../answers/run.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { slice, sliceQuery } from '../door/slice.js';

const cron = z.string().meta({ examples: ['*/15 * * * *'] });
const timezone = z.string().meta({ examples: ['Europe/Zurich'] });
const next = z.coerce.number().int().min(1).max(50);

const schedule = z
  .strictObject({
    workflow: workflowId,
    cron,
    timezone,
    catchUp: z.enum(['none', 'latest', 'all']).describe('Which fires that were missed start a run'),
    overlap: z.enum(['allow', 'skip', 'queue', 'cancel-previous']).describe('A fire while the run before still goes'),
    nextAt: time.nullable().describe('null = never again'),
    lastAt: time.nullable().describe('The last fire that was dealt with'),
    lastRunId: runId.nullable(),
    next: z.array(time).optional().describe('The next fires, when they were asked for'),
  })
  .meta({ id: 'Schedule' });

const listSchedules = routeSpec({
  summary: 'Cron lines of enabled workflows, the next to fire first',
  access: 'viewer',
  query: sliceQuery.extend({ next: next.optional().describe('How many of the next fires of each line to list') }),
  answer: { status: 200, description: 'All of them', schema: pageOf(schedule) },
});

/** What is wrong with a text, as zod tells it. */
const checkedBy = (problem: (text: string) => string | undefined) =>
  function check(text: string, context: z.core.$RefinementCtx<string>): void {
    const message = problem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };

const preview = routeSpec({
  summary: 'When a cron line would fire',
  description: 'For a line that no workflow has yet. Nothing is kept.',
  access: 'viewer',
  query: z.strictObject({
    cron: cron.superRefine(checkedBy(cronProblem)),
    timezone: timezone.max(200).superRefine(checkedBy(timezoneProblem)).default('UTC'),
    next: next.default(5).describe('How many fires'),
    after: time.optional().describe('Fires after this moment; now when left out'),
  }),
  answer: {
    status: 200,
    description: 'Its next fires; none for a line that never fires',
    schema: z.strictObject({ cron, timezone, next: z.array(time) }).meta({ id: 'SchedulePreview' }),
  },
});

@Controller('api/v1/schedules')
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  @Get()
  @Route(listSchedules)
  async list(@Req() request: FastifyRequest) {
    const { query } = read(listSchedules, request);
    const { items, nextCursor } = slice(await this.schedules.list(), query);
    const count = query.next;
    if (count === undefined) return { items, nextCursor };
    return { items: items.map((line) => ({ ...line, next: firesFrom(line, count) })), nextCursor };
  }

  @Get('preview')
  @Route(preview)
  preview(@Req() request: FastifyRequest) {
    const { query } = read(preview, request);
    const line = { cron: query.cron, timezone: query.timezone };
    const after = query.after === undefined ? new Date() : new Date(query.after);
    return { ...line, next: firesFrom({ ...line, nextAt: nextFire(line, after) ?? null }, query.next) };
  }
}
