import { Injectable } from '@nestjs/common';
import type { Attributes, Counter, Histogram } from '@opentelemetry/api';
import { type Instrument, instruments, labelValues } from '../names.js';
import { MetricService } from '../nest-otel.js';

/** The engine's counters and histograms, made as names.ts says. */
@Injectable()
export class EngineMetrics {
  readonly workflowRuns: Counter;
  readonly workflowDuration: Histogram;
  readonly workflowTriggerLag: Histogram;
  readonly workflowExecutionSeconds: Counter;
  readonly workflowCostUsd: Counter;
  readonly agentRuns: Counter;
  readonly agentDuration: Histogram;
  readonly agentErrors: Counter;
  readonly agentRetries: Counter;
  readonly runTakeovers: Counter;

  constructor(meters: MetricService) {
    const counter = ({ name, ...options }: Instrument) => meters.getCounter(name, options);
    const histogram = ({ name, boundaries, ...options }: Instrument) =>
      meters.getHistogram(name, { ...options, advice: { explicitBucketBoundaries: [...boundaries!] } });
    this.workflowRuns = counter(instruments.workflowRuns);
    this.workflowDuration = histogram(instruments.workflowDuration);
    this.workflowTriggerLag = histogram(instruments.workflowTriggerLag);
    this.workflowExecutionSeconds = counter(instruments.workflowExecutionSeconds);
    this.workflowCostUsd = counter(instruments.workflowCostUsd);
    this.agentRuns = counter(instruments.agentRuns);
    this.agentDuration = histogram(instruments.agentDuration);
    this.agentErrors = counter(instruments.agentErrors);
    this.agentRetries = counter(instruments.agentRetries);
    this.runTakeovers = counter(instruments.runTakeovers);
  }
}

/** The one reason there is. */
export const takenFromDead = { reason: 'dead' };

const known: ReadonlySet<string> = new Set(labelValues.errorType);

/** A closed list, so that no message or code ever becomes a label. */
export function errorTypeLabel(type: string): string {
  return known.has(type) ? type : '_OTHER';
}

/** A series that does not exist has no increase: its first event would go unseen. */
export function bornAtZero(counter: Counter, sets: readonly Attributes[]): void {
  for (const attributes of sets) counter.add(0, attributes);
}
