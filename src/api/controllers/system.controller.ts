import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Database } from '../../database/index.js';
import { Definitions } from '../../definitions/index.js';
import { RunCounter } from '../../runs/index.js';
import { time } from '../answers/page.js';
import { problemItem } from '../answers/problem.js';
import { runStatuses } from '../answers/run.js';
import { read } from '../door/read.js';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { hubVersion } from '../version.js';

const replica = z
  .strictObject({ id: z.uuid(), host: z.string(), pid: z.int(), role: z.string(), startedAt: time, heartbeatAt: time })
  .meta({ id: 'Replica' });

const system = z
  .strictObject({
    version: z.string(),
    database: z.string().meta({ examples: ['PostgreSQL 17.2 at db:5432/commandcenter'] }),
    replica: z.uuid().describe('The replica that answers'),
    uptimeSeconds: z.number(),
    replicas: z.array(replica).describe('All that are known; a dead one is removed once its runs are taken over'),
    runs: z.strictObject({
      open: z.partialRecord(z.enum(runStatuses), z.int()).describe('Runs that have not ended, by status'),
      oldestDueSeconds: z.number().describe('How long the oldest due run has waited for a replica'),
    }),
    loadProblems: z
      .array(
        z.strictObject({
          file: z.string().optional(),
          plugin: z.string().optional(),
          workflow: z.string().optional(),
          problems: z.array(problemItem),
        }),
      )
      .describe('Workflow files, and workflows of plugins, that this replica refused'),
  })
  .meta({ id: 'System' });

const getSystem = routeSpec({
  summary: 'This hub: version, database, replicas, what waits, what did not load',
  access: 'viewer',
  answer: { status: 200, description: 'The hub as this replica sees it', schema: system },
});

@Controller('api/v1/system')
export class SystemController {
  constructor(
    private readonly database: Database,
    private readonly definitions: Definitions,
    private readonly counter: RunCounter,
  ) {}

  @Get()
  @Route(getSystem)
  async get(@Req() request: FastifyRequest) {
    read(getSystem, request);
    const [runs, replicas] = await Promise.all([this.counter.count(), this.counter.replicas()]);
    return {
      version: hubVersion,
      database: this.database.description,
      replica: this.counter.replicaId,
      uptimeSeconds: Math.round(process.uptime()),
      replicas,
      runs,
      loadProblems: this.definitions.loadProblems(),
    };
  }
}
