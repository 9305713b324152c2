import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { AggregationTemporality, type CollectionResult, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * The SDK would print a gauge's last value for ever, also when it cannot be read any more or its label is gone: a schedule
 * that was taken away would look overdue. Here a scrape has what was read for it, and nothing else.
 */
export class ScrapeExporter extends PrometheusExporter {
  #collecting: Promise<CollectionResult> | undefined;

  constructor() {
    // Without scope labels: an upgrade of an instrumentation must not rename every series.
    super({ preventServerStart: true, withoutScopeInfo: true });
  }

  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    const { CUMULATIVE, DELTA } = AggregationTemporality;
    return type === InstrumentType.OBSERVABLE_GAUGE ? DELTA : CUMULATIVE;
  }

  /** What was read is given out once: scrapes at the same time share it, or one of them would find nothing. */
  override collect(): Promise<CollectionResult> {
    this.#collecting ??= super.collect().finally(() => (this.#collecting = undefined));
    return this.#collecting;
  }
}
