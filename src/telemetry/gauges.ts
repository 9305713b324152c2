import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Attributes, ObservableCallback, ObservableGauge } from '@opentelemetry/api';
import type { Instrument } from './names.js';
import { MetricService } from './nest-otel.js';
import { sharedRead } from './shared-read.js';

export interface Reading {
  readonly value: number;
  readonly labels?: Attributes;
}

/** A scrape must not wait longer for one source than this. */
const patienceMs = 1_000;

/** Gauges that are read when somebody scrapes. */
@Injectable()
export class Gauges implements OnModuleDestroy {
  readonly #log = new Logger('Telemetry');
  readonly #watched: { readonly gauge: ObservableGauge; readonly callback: ObservableCallback }[] = [];

  constructor(private readonly meters: MetricService) {}

  /**
   * `read` may ask the database, and is never asked twice at once. When it fails or is slow, the gauge has no value in this
   * scrape.
   */
  watch({ name, unit, description }: Instrument, read: () => readonly Reading[] | Promise<readonly Reading[]>): void {
    const shared = sharedRead(read);
    let failing = false;
    const gauge = this.meters.getObservableGauge(name, { unit, description });
    const callback: ObservableCallback = async (result) => {
      try {
        const readings = await soon(shared());
        for (const { value, labels } of readings) result.observe(value, labels);
        failing = false;
      } catch (thrown) {
        if (!failing) this.#log.warn(`${name} cannot be read: ${thrown instanceof Error ? thrown.message : thrown}`);
        failing = true;
      }
    };
    gauge.addCallback(callback);
    this.#watched.push({ gauge, callback });
  }

  onModuleDestroy(): void {
    for (const { gauge, callback } of this.#watched.splice(0)) gauge.removeCallback(callback);
  }
}

async function soon<T>(value: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs} ms`)), patienceMs);
  });
  return Promise.race([value, late]).finally(() => clearTimeout(timer));
}
