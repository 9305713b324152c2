import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AlertCounter } from './alert-counter.js';
import { AlertDecisions } from './alert-decisions.js';
import { AlertStarter } from './alert-starter.js';
import { AlertStarts } from './alert-starts.js';
import { BurstClock } from './bursts/burst-clock.js';
import { EventDispatcher } from './event-dispatcher.js';
import { EventStarter } from './event-starter.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduleFirer } from './schedule-firer.js';
import { ScheduleGauge } from './schedule-gauge.js';
import { Schedules } from './schedules.js';
import { WebhookStarts } from './webhooks/webhook-starts.js';
import { Webhooks } from './webhooks/webhooks.js';

const alerts = [AlertCounter, AlertDecisions, AlertStarter, AlertStarts];
const webhooks = [WebhookStarts, Webhooks];

@Module({})
export class TriggersModule {
  /** Needs the modules of database, jobs, events, identity, definitions and runs. */
  static with(...imports: DynamicModule[]): DynamicModule {
    return {
      module: TriggersModule,
      imports: [...imports, ScheduleModule.forRoot()],
      providers: [
        ...alerts,
        ...webhooks,
        EventStarter,
        EventDispatcher,
        BurstClock,
        ScheduleFirer,
        ScheduleClock,
        Schedules,
        ScheduleGauge,
      ],
      exports: [AlertStarts, Schedules, Webhooks],
    };
  }
}
