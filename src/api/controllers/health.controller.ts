import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { Route } from '../door/route.js';
import { routeSpec } from '../door/route-spec.js';
import { Readiness } from '../readiness.js';

const ok = z.strictObject({ status: z.literal('ok') });

const live = routeSpec({
  summary: 'The process answers',
  access: 'public',
  uncounted: true,
  answer: { status: 200, description: 'It does', schema: ok },
});

const ready = routeSpec({
  summary: 'This replica can take work: PostgreSQL answers, and it is not shutting down',
  access: 'public',
  uncounted: true,
  answer: { status: 200, description: 'It can', schema: ok },
  errors: ['CC_DATABASE_UNAVAILABLE', 'CC_SHUTTING_DOWN'],
});

@Controller('health')
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  @Get('live')
  @Route(live)
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @Route(ready)
  async ready() {
    await this.readiness.check();
    return { status: 'ok' };
  }
}
