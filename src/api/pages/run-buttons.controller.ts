import { Controller, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CcError } from '../../errors/index.js';
import { Audit } from '../../identity/index.js';
import { Reruns, RunControl } from '../../runs/index.js';
import { actorOf } from '../door/actor.js';
import { callerOf } from '../door/caller.js';
import { fingerprintOf } from '../door/fingerprint.js';
import { read } from '../door/read.js';
import { parentOf } from '../door/trace-parent.js';
import { given, knownRun } from './form-fields.js';
import { Page, pageSpec } from './page.js';

const params = z.object({ id: z.string() });
const button = pageSpec({ access: 'operator', form: true, params });
const cancel = pageSpec({
  ...button,
  body: z.object({ reason: given(z.string().trim().max(1000)), force: z.literal('on').optional() }).optional(),
});
const rerun = pageSpec({
  ...button,
  body: z.object({ from: given(z.string().max(60)), key: z.uuid() }),
});

/** The buttons of a run's page: forms, so they work without a script. */
@Controller('runs/:id')
export class RunButtonsController {
  constructor(
    private readonly control: RunControl,
    private readonly reruns: Reruns,
    private readonly audit: Audit,
  ) {}

  @Post('cancel')
  @Page(cancel)
  cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { params, body } = read(cancel, request);
    return this.ask(request, reply, params.id, 'run.cancel', (id, by) =>
      this.control.cancel(id, by, body?.reason, body?.force === 'on'),
    );
  }

  @Post('pause')
  @Page(button)
  pause(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = read(button, request).params;
    return this.ask(request, reply, id, 'run.pause', (run, by) => this.control.pause(run, by));
  }

  @Post('resume')
  @Page(button)
  resume(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = read(button, request).params;
    return this.ask(request, reply, id, 'run.resume', (run, by) => this.control.resume(run, by));
  }

  @Post('rerun')
  @Page(rerun)
  async rerun(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { params, body } = read(rerun, request);
    const run = knownRun(params.id);
    const { from, key } = body;
    const started = await this.reruns.rerun({
      run,
      from,
      oldVersions: false,
      by: callerOf(request).name,
      // Who goes back and chooses another step wants another run.
      dedupe: { key: from === undefined ? key : `${key}/${from}`, fingerprint: fingerprintOf({ of: run, from }) },
      traceparent: parentOf(request),
    });
    await this.audit.recordMade(actorOf(request), { action: 'run.rerun', targetKind: 'run', target: run });
    void reply.redirect(`/runs/${started.id}`, 303);
  }

  private async ask(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: string,
    action: `run.${string}`,
    change: (id: string, by: string) => Promise<void>,
  ): Promise<void> {
    const id = knownRun(asked);
    try {
      await change(id, callerOf(request).name);
      // Here, because a run that had ended is no error on a page, and no change.
      await this.audit.recordMade(actorOf(request), { action, targetKind: 'run', target: id });
    } catch (thrown) {
      // It ended while somebody was making up their mind: the page says how.
      if (!(thrown instanceof CcError) || thrown.code !== 'CC_RUN_FINISHED') throw thrown;
    }
    void reply.redirect(`/runs/${id}`, 303);
  }
}
