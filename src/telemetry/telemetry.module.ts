import { type DynamicModule, Module } from '@nestjs/common';
import { EngineTelemetry, SilentTelemetry } from './engine-telemetry.js';

@Module({})
export class TelemetryModule {
  static with(): DynamicModule {
    const provider = { provide: EngineTelemetry, useClass: SilentTelemetry };
    return { module: TelemetryModule, providers: [provider], exports: [EngineTelemetry] };
  }
}
