import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Authenticator } from '../../identity/index.js';
import { callerOf } from '../door/caller.js';
import { read } from '../door/read.js';
import type { EventStream, Source } from '../stream/event-stream.js';
import { RunStreams } from '../stream/run-streams.js';
import { stillMay } from '../stream/still-may.js';
import { assets } from './assets.js';
import { knownRun } from './form-fields.js';
import { Page, pageSpec } from './page.js';
import { digestOf } from './run-tag.js';
import { Standings } from './standings.js';

const spec = pageSpec({ access: 'viewer', params: z.object({ id: z.string() }) });

/**
 * Tells an open page of a run when there is something else to show: not what (that may be megabytes, of which the page
 * shows little), but with what the tag of a page begins that shows it.
 */
@Controller('runs/:id/stream')
export class RunPageStreamController {
  constructor(
    private readonly standings: Standings,
    private readonly streams: RunStreams,
    private readonly authenticator: Authenticator,
  ) {}

  @Get()
  @Page(spec)
  async stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = knownRun(read(spec, request).params.id);
    await this.standings.of(id); // or there is no such run
    const reader = callerOf(request);
    // A proxy that buffers would keep what is to be seen now.
    reply.headers({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    if (request.method === 'HEAD') return void reply.send();
    const mayGoOn = () => stillMay(this.authenticator, request, spec.access);
    void reply.send(this.streams.open(reader, mayGoOn, (stream) => this.#tell(stream, id, reader.id)));
  }

  #tell(stream: EventStream, id: string, readerId: string): Source {
    const stop = this.standings.watch(id, (standing) => {
      if (standing === undefined) stream.leave('the run is gone');
      else stream.tell(`data: ${digestOf({ standing, readerId, version: assets.script.version })}\n\n`);
    });
    return { more: () => undefined, stop };
  }
}
