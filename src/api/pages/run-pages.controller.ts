import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Approvals } from '../../approvals/index.js';
import { CONFIG, type Config } from '../../config/index.js';
import { Definitions } from '../../definitions/index.js';
import { RunReader } from '../../runs/index.js';
import { names } from '../../telemetry/index.js';
import { cursor } from '../answers/page.js';
import { runStatuses, triggerKinds, workflowId } from '../answers/run.js';
import { callerOf } from '../door/caller.js';
import { oneOrMore } from '../door/one-or-more.js';
import { read } from '../door/read.js';
import { assets } from './assets.js';
import { given, knownRun } from './form-fields.js';
import { MOST_PENDING } from './layout.js';
import { firstPage } from './next-path.js';
import { Page, pageSpec, sendPage } from './page.js';
import { isFresh, runTag } from './run-tag.js';
import { runPage } from './run-page.js';
import { runsPage } from './runs-page.js';
import { Standings } from './standings.js';

/** Dashboards link to the one they call `_other` too. */
const isWorkflow = (id: string) => id === names.otherWorkflow || workflowId.safeParse(id).success;

const live = z.string().optional();
/** Pages of people are followed from everywhere: what their addresses hold besides is not a mistake. */
const list = pageSpec({
  access: 'viewer',
  query: z.object({
    workflow: given(z.string().refine(isWorkflow, 'is not the id of a workflow')),
    status: given(oneOrMore(runStatuses)),
    trigger: given(oneOrMore(triggerKinds)),
    cursor: given(cursor),
    live,
  }),
});
const params = z.object({ id: z.string() });
const one = pageSpec({ access: 'viewer', params, query: z.object({ live, logs: z.string().optional() }) });
const runsOnAPage = 50;
/** The newest ones; /approvals has the rest. */
const approvalsOnARun = 10;
/** The end of a log, which is read again and again while the run is open. */
const lastLines = { count: 200, bytes: 256 * 1024 };
/** As much of a log as a page can show: a run may write more (engine.maxLogBytes), which is for programs to read. */
const longLog = { count: 10_000, bytes: 4 * 1024 * 1024 };

@Controller()
export class RunPagesController {
  constructor(
    private readonly reader: RunReader,
    private readonly approvals: Approvals,
    private readonly standings: Standings,
    private readonly definitions: Definitions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Page({ access: 'viewer' })
  root(@Res() reply: FastifyReply): void {
    void reply.redirect(firstPage, 303);
  }

  @Get('runs')
  @Page(list)
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { live, ...filter } = read(list, request).query;
    const startedAt = performance.now();
    const [runs, workflows, pending] = await Promise.all([
      this.reader.lines({ ...filter, limit: runsOnAPage }),
      this.definitions.list(),
      this.approvals.pending(MOST_PENDING + 1),
    ]);
    const principal = callerOf(request);
    const tookMs = performance.now() - startedAt;
    const now = Date.now();
    sendPage(reply, runsPage({ runs, filter, workflows, pending, principal, now, live: live !== 'off', tookMs }));
  }

  @Get('runs/:id')
  @Page(one)
  async one(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { params, query } = read(one, request);
    const id = knownRun(params.id);
    const principal = callerOf(request);
    const startedAt = performance.now();
    // Before the rest: a page that shows more than its tag says is only made once too often.
    const shown = { standing: await this.standings.of(id), readerId: principal.id, version: assets.script.version };
    if (isFresh(request.headers['if-none-match'], shown, Date.now())) {
      void reply.code(304).send();
      return;
    }
    const long = query.logs === 'all';
    const lines = long ? longLog : lastLines;
    const [story, logs, approvals, pending] = await Promise.all([
      this.reader.story(id),
      this.reader.lastLogs(id, lines.count, lines.bytes),
      this.approvals.list({ run: id, status: ['pending'], limit: approvalsOnARun }),
      this.approvals.pending(MOST_PENDING + 1),
    ]);
    const now = Date.now();
    sendPage(
      reply,
      runPage({
        story,
        logs,
        long,
        approvals: approvals.items,
        pending,
        principal,
        grafana: this.config.grafana.url,
        now,
        live: query.live !== 'off',
        tookMs: performance.now() - startedAt,
        tag: (everyMs) => runTag(shown, now, everyMs),
      }),
    );
  }
}
