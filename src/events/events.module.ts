import { type DynamicModule, Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { Events } from './events.js';

@Module({})
export class EventsModule {
  /** Needs the modules of database and jobs. */
  static with(...imports: DynamicModule[]): DynamicModule {
    const emitter = EventEmitterModule.forRoot({ global: false });
    return { module: EventsModule, imports: [...imports, emitter], providers: [Events], exports: [Events, emitter] };
  }
}
