import { type DynamicModule, Module } from '@nestjs/common';
import { QueueLoop } from '../queue/queue-loop.js';

/** What the ports of all plugins share. */
@Module({})
export class PortServices {
  static with(hub: readonly DynamicModule[]): DynamicModule {
    return { module: PortServices, imports: [...hub], providers: [QueueLoop], exports: [QueueLoop] };
  }
}
