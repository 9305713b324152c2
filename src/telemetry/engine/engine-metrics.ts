import { Injectable } from '@nestjs/common';
import type { Histogram } from '@opentelemetry/api';
import { type Instrument, instruments, labelValues } from '../names.js';
import { MetricService } from '../nest-otel.js';
import { Tally } from './tally.js';

/** The engine's counters and histograms, made as names.ts says. */
@Injectable()
export class EngineMetrics {
  readonly workflowRuns: Tally;
  readonly workflowDuration: Histogram;
  readonly workflowTriggerLag: Histogram;
  readonly workflowApprovalWait: Histogram;
  readonly workflowExecutionSeconds: Tally;
  readonly workflowCostUsd: Tally;
  readonly agentRuns: Tally;
  readonly agentDuration: Histogram;
  readonly agentErrors: Tally;
  readonly agentRetries: Tally;
  readonly runTakeovers: Tally;

  constructor(meters: MetricService) {
    const counter = ({ name, unit, description }: Instrument) =>
      Tally.of(meters.getObservableCounter(name, { unit, description }));
    const histogram = ({ name, unit, description, boundaries }: Instrument) =>
      meters.getHistogram(name, { unit, description, advice: { explicitBucketBoundaries: [...boundaries!] } });
    this.workflowRuns = counter(instruments.workflowRuns);
    this.workflowDuration = histogram(instruments.workflowDuration);
    this.workflowTriggerLag = histogram(instruments.workflowTriggerLag);
    this.workflowApprovalWait = histogram(instruments.workflowApprovalWait);
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
export const takenFromDead = { reason: labelValues.takeoverReason[0] };

const known: ReadonlySet<string> = new Set(labelValues.errorType);

/** A closed list, so that no message or code ever becomes a label. */
export function errorTypeLabel(type: string): string {
  return known.has(type) ? type : '_OTHER';
}

/** A series that does not exist has no increase: its first event would go unseen. */
export function bornAtZero(counter: Tally, sets: readonly Readonly<Record<string, string>>[]): void {
  for (const labels of sets) counter.add(0, labels);
}
