import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Authenticator } from '../../identity/index.js';
import { RunFeed, RunReader } from '../../runs/index.js';
import { runId } from '../answers/run.js';
import { callerOf } from '../door/caller.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { tellEvents } from '../stream/run-events.js';
import { RunStreams } from '../stream/run-streams.js';
import { stillMay } from '../stream/still-may.js';

const seq = z
  .string()
  .regex(/^\d{1,10}$/, 'is not the seq of an event')
  .transform(Number)
  .pipe(z.int().max(2_147_483_647, 'is more than any event of a run has'))
  .meta({ examples: ['12'] });

const streamRun = routeSpec({
  summary: 'What happens in a run, as it happens',
  description:
    'Server-sent events: each event of the run when it is durable, `id` = its seq, `data` = one JSON object as GET /runs/{id}/events gives it; comments while nothing happens; after the end of the run `event: end` with `{"status"}`, and the stream closes. Whichever replica drives the run. A client that does not read is dropped and resumes with Last-Event-ID.',
  access: 'viewer',
  params: z.strictObject({ id: runId }),
  query: z.strictObject({ after: seq.optional().describe('Only events after this seq') }),
  headers: z.object({
    'last-event-id': seq
      .optional()
      .describe('The same, as EventSource sends it when it comes back; it goes before `after`'),
  }),
  answer: {
    status: 200,
    description: 'The events, until the run ends',
    type: 'text/event-stream',
    orNothing: 'The run has ended and all of it was seen: EventSource then stays away',
  },
  errors: ['CC_RUN_NOT_FOUND', 'CC_TOO_MANY_STREAMS', 'CC_OVERLOADED', 'CC_SHUTTING_DOWN'],
});

const ends: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled']);

@Controller('api/v1/runs/:id/stream')
export class RunStreamController {
  constructor(
    private readonly reader: RunReader,
    private readonly feed: RunFeed,
    private readonly streams: RunStreams,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Route(streamRun)
  async stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { params, query, headers } = read(streamRun, request);
    const after = headers['last-event-id'] ?? query.after ?? 0;
    const { seq: last, status } = await this.reader.position(params.id);
    if (ends.has(status) && after >= last) {
      void reply.code(204).send();
      return;
    }
    // A proxy that buffers would keep what is to be seen now.
    reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    if (request.method === 'HEAD') return void reply.send();
    const mayGoOn = () => stillMay(this.authenticator, request, streamRun.access);
    void reply.send(this.streams.open(callerOf(request), mayGoOn, tellEvents(this.feed, params.id, after)));
  }
}
