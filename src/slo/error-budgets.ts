import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/index.js';
import { sharedRead } from '../telemetry/index.js';
import { samplesOf } from './prometheus-samples.js';
import { reportOf, type SloReport, withoutBudget } from './slo-report.js';
import { WorkflowSlos } from './workflow-slos.js';

/** However many ask, Prometheus is asked once in this time. */
const freshMs = 5_000;

/** What is left of the error budgets, as Prometheus has it. A Prometheus that does not answer is a reason, never an error. */
@Injectable()
export class ErrorBudgets {
  readonly #samples: () => ReturnType<typeof samplesOf>;

  constructor(
    @Inject(CONFIG) config: Pick<Config, 'prometheus'>,
    private readonly slos: WorkflowSlos,
  ) {
    this.#samples = sharedRead(() => samplesOf(config.prometheus.url), freshMs);
  }

  async list(): Promise<SloReport[]> {
    const slos = this.slos.list();
    if (slos.length === 0) return [];
    const samples = await this.#samples();
    return slos.map((slo) => {
      if (!this.slos.isMeasured(slo))
        return withoutBudget(slo, 'its runs are counted in _other: raise telemetry.workflowLabelBudget');
      return typeof samples === 'string' ? withoutBudget(slo, samples) : reportOf(slo, samples);
    });
  }
}
