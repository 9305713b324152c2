import { type DynamicModule, Module } from '@nestjs/common';
import { OtelTelemetry } from './engine/otel-telemetry.js';
import { EngineMetrics } from './engine/engine-metrics.js';
import { EngineTelemetry } from './engine-telemetry.js';
import { Gauges } from './gauges.js';
import { MetricService } from './nest-otel.js';
import { SilentTelemetry } from './silent-telemetry.js';
import { WorkflowLabels } from './workflow-labels.js';

/**
 * nestjs-otel's own module stays out: it is global, and puts a middleware before every route. Its MetricService and
 * decorators need nothing of it.
 */
@Module({})
export class TelemetryModule {
  static with(enabled: boolean, ...imports: DynamicModule[]): DynamicModule {
    const engine = enabled
      ? [EngineMetrics, { provide: EngineTelemetry, useClass: OtelTelemetry }]
      : [{ provide: EngineTelemetry, useClass: SilentTelemetry }];
    return {
      module: TelemetryModule,
      imports,
      providers: [MetricService, WorkflowLabels, Gauges, ...engine],
      exports: [EngineTelemetry, Gauges, MetricService, WorkflowLabels],
    };
  }
}
