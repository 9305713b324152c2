import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { EventDispatcher } from './event-dispatcher.js';
import { EventStarter } from './event-starter.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduleFirer } from './schedule-firer.js';
import { ScheduleGauge } from './schedule-gauge.js';
import { Schedules } from './schedules.js';

@Module({})
export class TriggersModule {
  /** Needs the modules of database, jobs, events, definitions and runs. */
  static with(...imports: DynamicModule[]): DynamicModule {
    return {
      module: TriggersModule,
      imports: [...imports, ScheduleModule.forRoot()],
      providers: [EventStarter, EventDispatcher, ScheduleFirer, ScheduleClock, Schedules, ScheduleGauge],
      exports: [Schedules],
    };
  }
}
